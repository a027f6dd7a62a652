package line_test

import (
	"fmt"

	"github.com/kaiwa-go/kaiwa/transport/line"
)

func ExampleTextV2() {
	guest := "Ann {Lee}" // what users wrote may hold braces
	show(line.TextV2("{host}: "+line.EscapeBraces(guest)+" has booked.").With("host", line.Mention("U4af4980629")))
	// Output:
	// {"type":"textV2","text":"{host}: Ann {{Lee}} has booked.","substitution":{"host":{"type":"mention","mentionee":{"type":"user","userId":"U4af4980629"}}}}
}

func ExampleImagemap() {
	show(line.Imagemap("https://example.com/floor", "Where do you want to sit?", 520).
		Tap(line.Area{X: 0, Y: 0, Width: 520, Height: 520}, line.SayAs("Window", "By the window")).
		Tap(line.Area{X: 520, Y: 0, Width: 520, Height: 520}, line.SayAs("Garden", "In the garden")))
	// Output:
	// {"type":"imagemap","baseUrl":"https://example.com/floor","altText":"Where do you want to sit?","baseSize":{"width":1040,"height":520},"actions":[{"type":"message","label":"Window","text":"By the window","area":{"x":0,"y":0,"width":520,"height":520}},{"type":"message","label":"Garden","text":"In the garden","area":{"x":520,"y":0,"width":520,"height":520}}]}
}

func ExampleFlex() {
	show(line.Flex("Your table is booked", line.FlexBubble{
		Size: "kilo",
		Body: line.VBox(
			line.FlexText{Text: "Table 7", Size: "xl", Weight: "bold"},
			line.HBox(
				line.FlexText{Text: "When", Color: "#888888", Flex: 1},
				line.FlexText{Text: "Friday, 20:00", Flex: 3, Wrap: true},
			),
		),
		Footer: line.VBox(
			line.FlexButton{Action: line.Postback("Cancel it", "cancel"), Style: "secondary"},
		),
	}))
	// Output:
	// {"type":"flex","altText":"Your table is booked","contents":{"type":"bubble","size":"kilo","body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"Table 7","size":"xl","weight":"bold"},{"type":"box","layout":"horizontal","contents":[{"type":"text","text":"When","color":"#888888","flex":1},{"type":"text","text":"Friday, 20:00","wrap":true,"flex":3}]}]},"footer":{"type":"box","layout":"vertical","contents":[{"type":"button","action":{"type":"postback","label":"Cancel it","data":"~k3Xq0~cancel"},"style":"secondary"}]}}}
}

func ExampleCut() {
	fmt.Println(line.Cut("A table by the window", 12))
	// Output: A table by…
}

func ExampleParseMessage() {
	m, err := line.ParseMessage([]byte(`{"type": "text", "text": "How many?", "sender": {"name": "Cook"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	text := m.(line.TextMessage)
	fmt.Println(text.Text, text.Sender.Name)
	// Output: How many? Cook
}
