package line

// Limits of messages and actions. LINE counts in two units: UTF-16 code units, and grapheme
// clusters, which are what a reader takes for one character.
// https://developers.line.biz/en/docs/messaging-api/text-character-count/
//
// In the table, # stands for https://developers.line.biz/en/reference/messaging-api/#.
//
//	| field                                      |  limit | unit                 | source                 |
//	|--------------------------------------------|-------:|----------------------|------------------------|
//	| text                                       |   5000 | UTF-16 code units    | #text-message          |
//	| altText                                    |   1500 | UTF-16 code units    | #template-messages     |
//	| URL of an image                            |   2000 | UTF-16 code units    | #image-message         |
//	| buttons.text, column.text                  |160, 120| grapheme clusters    | #buttons, #carousel    |
//	| the same beside a title or an image        |     60 | grapheme clusters    | #buttons, #carousel    |
//	| buttons.title, column.title                |     40 | grapheme clusters    | #buttons, #carousel    |
//	| confirm.text                               |    240 | grapheme clusters    | #confirm               |
//	| actions of buttons, confirm, column        | 4, 2, 3| items                | #template-messages     |
//	| columns of a carousel                      |     10 | items                | #carousel              |
//	| label in a template, in a quick reply      |     20 | grapheme clusters    | #action-objects        |
//	| label in an image carousel                 |     12 | grapheme clusters    | #action-objects        |
//	| label in a Flex message                    |     40 | grapheme clusters    | #action-objects        |
//	| data                                       |    300 | UTF-16 code units    | #postback-action       |
//	| displayText, fillInText; text of an action |    300 | grapheme clusters    | #postback-action       |
//	| uri                                        |   1000 | UTF-16 code units    | #uri-action            |
//	| quick replies                              |     13 | items                | #quick-reply           |
//	| Flex bubble, Flex carousel                 |30k, 50k| bytes, k is 1024     | #bubble, #f-carousel   |
//	| bubbles of a Flex carousel                 |     12 | items                | #f-carousel            |
//
// LINE does not say if its k is 1000 or 1024. The larger is taken, so that nothing is refused
// here that LINE takes.
const (
	maxText    = 5000
	maxAltText = 1500
	maxURL     = 2000

	maxButtonsText = 160
	maxColumnText  = 120
	maxTitledText  = 60
	maxTitle       = 40
	maxConfirmText = 240

	maxButtonsActions = 4
	confirmActions    = 2
	maxColumnActions  = 3
	maxColumns        = 10

	maxLabel              = 20
	maxImageCarouselLabel = 12
	maxFlexLabel          = 40
	maxData               = 300 - tagRoom
	maxActionText         = 300
	maxURI                = 1000
	maxQuickReplies       = 13

	maxBubble      = 30 << 10
	maxCarousel    = 50 << 10
	maxFlexBubbles = 12
)
