// Package flex has the parts of Flex messages, in LINE's words: line.Flex sends a Bubble or a Carousel.
//
//	line.Flex("Your table is booked", flex.Bubble{
//		Body: flex.VBox(
//			flex.Text{Text: "Table 7", Size: "xl", Weight: "bold"},
//			flex.HBox(flex.Text{Text: "When", Flex: 1}, flex.Text{Text: "Friday, 20:00", Flex: 3}),
//		),
//		Footer: flex.VBox(flex.Button{Action: line.Postback("Cancel it", "cancel")}),
//	})
//
// All are values: they can be shared between goroutines and used again. line.FlexMessage.Validate checks
// them against LINE's description.
// https://developers.line.biz/en/docs/messaging-api/flex-message-elements/
package flex
