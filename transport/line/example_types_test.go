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
