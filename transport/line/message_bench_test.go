package line

import (
	"strings"
	"testing"

	"github.com/kaiwa-go/kaiwa/transport/line/flex"
)

// BenchmarkMessage is what the common messages cost to write, to check and to read.
func BenchmarkMessage(b *testing.B) {
	yes, no := Postback("Yes", "yes"), Postback("No", "no")
	for name, m := range map[string]checked{
		"text":     Text("How many of you?"),
		"quick":    Text("How many of you?").Quick(Say("1"), Say("2"), yes),
		"textV2":   TextV2("{a}, how many of you?").With("a", Mention("U4af4980629")),
		"buttons":  Buttons("Which day?", yes, no, URI("Map", picture)).WithTitle("Booking"),
		"imagemap": Imagemap("https://example.com/i", "alt", 520).Tap(oneArea, Say("a")).Tap(oneArea, Say("b")),
		"flex": Flex("alt", flex.Bubble{
			Body:   flex.VBox(flex.Text{Text: "Table 7", Size: "xl"}, flex.HBox(flex.Text{Text: "When"}, flex.Text{Text: "20:00"})),
			Footer: flex.VBox(flex.Button{Action: yes}),
		}),
	} {
		b.Run(name, func(b *testing.B) {
			buf, err := m.AppendJSON(nil, "")
			if err != nil {
				b.Fatal(err)
			}
			object := strings.Clone(string(buf))
			b.Run("AppendJSON", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					buf, _ = m.AppendJSON(buf[:0], "abcdefgh")
				}
			})
			b.Run("Validate", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					_ = m.Validate()
				}
			})
			b.Run("ParseMessage", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					_, _ = ParseMessage([]byte(object))
				}
			})
		})
	}
}
