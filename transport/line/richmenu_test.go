package line

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func aMenu() RichMenu {
	return RichMenu{Width: 1200, Height: 800, ChatBarText: "Menu", Areas: []RichMenuArea{
		{Area{0, 0, 600, 800}, Postback("", "book")},
		{Area{600, 0, 600, 800}, RichMenuSwitch("more", "tab")},
	}}
}

func TestRichMenuJSON(t *testing.T) {
	m := aMenu()
	require.Equal(t, `x{"size":{"width":1200,"height":800},"selected":false,"name":"n\"","chatBarText":"Menu","areas":[`+
		`{"bounds":{"x":0,"y":0,"width":600,"height":800},"action":{"type":"postback","data":"book"}},`+
		`{"bounds":{"x":600,"y":0,"width":600,"height":800},"action":{"type":"richmenuswitch","richMenuAliasId":"more","data":"tab"}}]}`,
		string(m.AppendJSON([]byte("x"), `n"`)))
	m.Areas, m.Selected = nil, true
	require.JSONEq(t, `{"size":{"width":1200,"height":800},"selected":true,"name":"n","chatBarText":"Menu","areas":[]}`,
		string(m.AppendJSON(nil, "n")))
}

func TestRichMenuLimits(t *testing.T) {
	area := func(a Area) func(*RichMenu) {
		return func(m *RichMenu) { m.Areas = []RichMenuArea{{a, ok}} }
	}
	size := func(w, h int) func(*RichMenu) {
		return func(m *RichMenu) { m.Width, m.Height, m.Areas = w, h, nil }
	}
	for _, tt := range []struct {
		name   string
		change func(*RichMenu)
		want   string // empty for none
	}{
		{"as it is", func(*RichMenu) {}, ""},
		{"narrowest", size(800, 250), ""},
		{"too narrow", size(799, 250), "line: size.width: 799 of at least 800 pixels"},
		{"too low", size(800, 249), "line: size.height: 249 of at least 250 pixels"},
		{"as high as may be", size(1450, 1000), ""},
		{"too high", size(1449, 1000), "line: size: less than 1.45 times as wide as high"},
		{"no text", func(m *RichMenu) { m.ChatBarText = "" }, "line: chatBarText: required"},
		{"all of it", area(Area{0, 0, 1200, 800}), ""},
		{"last pixel", area(Area{1199, 799, 1, 1}), ""},
		{"beyond the right", area(Area{1, 0, 1200, 800}), "line: areas[0].bounds.width: 1200 of at most 1199 pixels"},
		{"beyond the bottom", area(Area{0, 1, 1200, 800}), "line: areas[0].bounds.height: 800 of at most 799 pixels"},
		{"outside", area(Area{1200, 0, 1, 1}), "line: areas[0].bounds.x: 1200 of at most 1199 pixels"},
		{"above", area(Area{0, -1, 1, 1}), "line: areas[0].bounds.y: -1 of at least 0 pixels"},
		{"without width", area(Area{0, 0, 0, 1}), "line: areas[0].bounds.width: 0 of at least 1 pixels"},
		{"without height", area(Area{0, 0, 1, 0}), "line: areas[0].bounds.height: 0 of at least 1 pixels"},
		{"no action", func(m *RichMenu) { m.Areas[1].Action = nil }, "line: areas[1].action: required"},
		{"a quick reply's action", func(m *RichMenu) { m.Areas[1].Action = Camera("c") }, "line: areas[1].action.type: works in quick replies only"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := aMenu()
			tt.change(&m)
			if tt.want == "" {
				require.NoError(t, m.Validate())
			} else {
				require.EqualError(t, m.Validate(), tt.want)
			}
		})
	}
}

func TestRichMenuOpenAPI(t *testing.T) {
	api := readOpenAPI(t, "messaging-api.yml")
	var v any
	require.NoError(t, json.Unmarshal(aMenu().AppendJSON(nil, "n"), &v))
	require.Empty(t, api.check("menu", api.find("RichMenuRequest"), v))
}
