package emulator

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// outline writes a node and what it holds, one per line.
func outline(n *node, indent string) string {
	line := strings.TrimRight(fmt.Sprintf("%s%s%s %s", indent, n.Kind, n.Class, n.Text), " ")
	for _, v := range []string{n.Color, n.Background} {
		if v != "" {
			line += " " + v
		}
	}
	if n.Button != nil {
		line += fmt.Sprintf(" [%d]", n.Button.Index)
	}
	for _, kid := range n.Kids {
		line += "\n" + outline(kid, indent+"  ")
	}
	return line
}

func TestRender(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, message, want string }{
		{"text", hello, "text hello"},
		{"textV2", `{"type":"textV2","text":"{{a}} {b}"}`, "text {a} {b}"},
		{"sticker", `{"type":"sticker","packageId":"1","stickerId":"2"}`, "placeholder Sticker 1/2"},
		{"audio", `{"type":"audio"}`, "placeholder Audio"},
		{"location", `{"type":"location","title":"a","address":"b"}`, "placeholder Location: a, b"},
		{"imagemap", `{"type":"imagemap","altText":"map","actions":[{"type":"message","text":"go"}]}`,
			"card map\n  placeholder Image: map\n  actions\n    button go [0]"},
		{"buttons", menu, "card menu\n  picture Image\n  title A table\n" +
			"  words What would you like to do?\n" +
			"  actions\n    button Book [0]\n    button Help [1]\n    button Our site [2]"},
		{"confirm", sure, "card confirm sure?\n  words Shall I book it?\n" +
			"  actions\n    button Yes [0]\n    button No [1]"},
		{"flex", receipt, `flex receipt
  box layout-vertical gap-md block-body
    span size-sm weight-bold RECEIPT #1DB446
    span size-xl weight-bold margin-md A table for two
    separator margin-lg
    box layout-horizontal
      span Date #777777
      span align-end 4 May
    box layout-horizontal
      span Guests #777777
      span align-end 2
  box layout-vertical gap-sm block-footer
    button style-primary Change #905c44 [0]
    button style-link Call us [1]`},
		{"flex styles", flexMessage(`{"type":"bubble","size":"kilo","styles":{"body":{"backgroundColor":"#112233"}},
			"body":{"type":"box","layout":"vertical","contents":[{"type":"icon","url":"https://a"},{"type":"filler","margin":"huge x"},
			{"type":"text","contents":[{"type":"span","text":"a"},{"type":"span","text":"b"}]}]}}`),
			"flex bubble-kilo x\n  box layout-vertical block-body #112233\n    span ◆\n    filler\n    span ab"},
		{"an empty bubble", flexMessage(`{"type":"bubble"}`), "text x"},
		{"a button within a tappable box", body(`{"type":"box","layout":"vertical","action":` + postback("all") +
			`,"contents":[{"type":"button","action":` + postback("one") + `}]}`),
			"flex x\n  box layout-vertical block-body\n    box layout-vertical\n" +
				"      button one [0]\n      button all [1]"},
		{"a tappable box", body(`{"type":"box","layout":"vertical","contents":[{"type":"text","text":"t"}],"action":` +
			postback("all") + `}`),
			"flex x\n  box layout-vertical block-body\n    box layout-vertical [0]\n      span t"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var m object
			d := json.NewDecoder(strings.NewReader(test.message))
			d.UseNumber()
			require.NoError(t, d.Decode(&m))
			n, _ := render(m)
			require.Equal(t, test.want, outline(n, ""))
		})
	}
}

func TestCaption(t *testing.T) {
	t.Parallel()
	for want, b := range map[string]Button{
		"label": {Label: "label", Text: "text"}, "text": {Text: "text", URI: "uri"},
		"uri": {URI: "uri"}, "Open": {},
	} {
		require.Equal(t, want, b.caption())
	}
}
