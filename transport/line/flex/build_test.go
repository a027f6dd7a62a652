package flex_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/flex"
)

const (
	picture = "https://example.com/p.png"
	clip    = "https://example.com/v.mp4"
)

// broken returns the lines of an error.
func broken(err error) []string {
	if err == nil {
		return nil
	}
	return strings.Split(err.Error(), "\n")
}

func flexLines(contents string) []string {
	return broken(line.FlexJSON("alt", []byte(contents)).Validate())
}

func TestParts(t *testing.T) {
	const place = `"position":"absolute","offsetTop":"1px","offsetBottom":"2px","offsetStart":"3%","offsetEnd":"xs"`
	const action = `"action":{"type":"message","label":"a","text":"a"}`
	at, say := flex.Position{"absolute", "1px", "2px", "3%", "xs"}, line.Say("a")
	tests := []struct {
		name string
		part flex.Component
		want string
	}{
		{"text", flex.Text{Text: "a"}, `{"type":"text","text":"a"}`},
		{
			"text with all",
			flex.Text{
				Text: "a", Spans: []flex.Span{{Text: "b"}, {"c", "xl", "#000000", "bold", "italic", "underline"}}, Size: "sm",
				Color: "#111111", Weight: "regular", Style: "normal", Decoration: "none", Align: "end", Gravity: "top", Wrap: true,
				MaxLines: 2, LineSpacing: "9px", Shrink: true, Scale: true, Action: say, Flex: 2, Margin: "md", Place: at,
			},
			`{"type":"text","text":"a","contents":[{"type":"span","text":"b"},{"type":"span","text":"c","size":"xl",` +
				`"color":"#000000","weight":"bold","style":"italic","decoration":"underline"}],"size":"sm","color":"#111111",` +
				`"weight":"regular","style":"normal","decoration":"none","align":"end","gravity":"top","wrap":true,"maxLines":2,` +
				`"lineSpacing":"9px","adjustMode":"shrink-to-fit","scaling":true,` + action + `,"flex":2,"margin":"md",` + place + `}`,
		},
		{"button", flex.Button{Action: say}, `{"type":"button",` + action + `}`},
		{
			"button with all", flex.Button{say, "primary", "#0000ff", "sm", "center", true, true, flex.FitContent, "xs", at},
			`{"type":"button",` + action + `,"style":"primary","color":"#0000ff","height":"sm","gravity":"center",` +
				`"adjustMode":"shrink-to-fit","scaling":true,"flex":0,"margin":"xs",` + place + `}`,
		},
		{"image", flex.Image{URL: picture}, `{"type":"image","url":"` + picture + `"}`},
		{
			"image with all", flex.Image{picture, "full", "20:13", "cover", "#ffffff", true, "start", "bottom", say, 1, "8px", at},
			`{"type":"image","url":"` + picture + `","size":"full","aspectRatio":"20:13","aspectMode":"cover",` +
				`"backgroundColor":"#ffffff","animated":true,"align":"start","gravity":"bottom",` + action +
				`,"flex":1,"margin":"8px",` + place + `}`,
		},
		{"separator", flex.Separator{}, `{"type":"separator"}`},
		{"separator with all", flex.Separator{"#000000", "md"}, `{"type":"separator","color":"#000000","margin":"md"}`},
		{
			"baseline", flex.Baseline(flex.Icon{URL: picture}, flex.Icon{picture, "lg", "1:1", true, "sm", at}),
			`{"type":"box","layout":"baseline","contents":[{"type":"icon","url":"` + picture + `"},{"type":"icon","url":"` +
				picture + `","size":"lg","aspectRatio":"1:1","scaling":true,"margin":"sm",` + place + `}]}`,
		},
		{"empty box", flex.HBox(), `{"type":"box","layout":"horizontal","contents":[]}`},
		{
			"box with all",
			flex.Box{
				"vertical", nil, "md", flex.Padding{"1px", "2px", "3px", "4px", "5px"}, "1%", "2%", "3%", "4%", "#00000000",
				flex.Gradient{"0deg", "#000000", "#ffffff", "#888888", "10%"}, "bold", "#222222", "xl", "center", "flex-end",
				say, 3, "none", at,
			},
			`{"type":"box","layout":"vertical","contents":[],"spacing":"md","paddingAll":"1px","paddingTop":"2px",` +
				`"paddingBottom":"3px","paddingStart":"4px","paddingEnd":"5px","width":"1%","maxWidth":"2%","height":"3%",` +
				`"maxHeight":"4%","backgroundColor":"#00000000","background":{"type":"linearGradient","angle":"0deg",` +
				`"startColor":"#000000","endColor":"#ffffff","centerColor":"#888888","centerPosition":"10%"},` +
				`"borderWidth":"bold","borderColor":"#222222","cornerRadius":"xl","justifyContent":"center",` +
				`"alignItems":"flex-end",` + action + `,"flex":3,"margin":"none",` + place + `}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := line.Flex("alt", flex.Bubble{Body: flex.VBox(tt.part)})
			require.Equal(t,
				`{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[`+tt.want+`]}}`, m.Contents)
			require.NoError(t, m.Validate())
		})
	}
}

func TestContainers(t *testing.T) {
	say := line.Say("a")
	const box = `{"type":"box","layout":"vertical","contents":[]}`
	bubble := flex.Bubble{
		Size: "giga", Direction: "rtl", Header: flex.VBox(), Body: &flex.Box{Layout: "vertical"}, Footer: flex.VBox(),
		Hero: flex.Video{clip, picture, flex.Image{URL: picture}, "16:9", line.URI("More", picture)},
		Styles: flex.Styles{
			flex.Style{Background: "#00ffff"}, flex.Style{Separator: true}, flex.Style{SeparatorColor: "#000000"}, flex.Style{},
		},
		Action: say,
	}
	m := line.Flex("alt", bubble)
	require.NoError(t, m.Validate())
	require.Equal(t, `{"type":"bubble","size":"giga","direction":"rtl","header":`+box+`,"hero":{"type":"video","url":"`+clip+
		`","previewUrl":"`+picture+`","altContent":{"type":"image","url":"`+picture+`"},"aspectRatio":"16:9","action":`+
		`{"type":"uri","label":"More","uri":"`+picture+`"}},"body":`+box+`,"footer":`+box+`,"styles":{"header":`+
		`{"backgroundColor":"#00ffff"},"hero":{"separator":true},"body":{"separatorColor":"#000000"}},`+
		`"action":{"type":"message","label":"a","text":"a"}}`, m.Contents)

	require.Equal(t, `{"type":"bubble"}`, line.Flex("alt", flex.Bubble{}).Contents)
	require.Equal(t, `{"type":"bubble"}`, line.Flex("alt", &flex.Bubble{Body: (*flex.Box)(nil)}).Contents)
	require.Equal(t, `{"type":"carousel","contents":[{"type":"bubble"},{"type":"bubble"}]}`,
		line.Flex("alt", flex.Bubbles(flex.Bubble{}, flex.Bubble{})).Contents)
	require.Equal(t, []string{"line: contents: neither a bubble nor a carousel"}, broken(line.Flex("alt", nil).Validate()))
	require.Equal(t, []string{"line: contents: neither a bubble nor a carousel"},
		broken(line.Flex("alt", (*flex.Bubble)(nil)).Validate()))

	marked, err := line.Flex("alt", flex.Bubble{Body: flex.VBox(flex.Button{Action: line.Postback("Yes", "yes")})}).AppendJSON(nil, "abcdefgh")
	require.NoError(t, err)
	require.Contains(t, string(marked), `"data":"~abcdefgh~yes"`)
}

func TestPartRules(t *testing.T) {
	const at = "line: contents.body.contents[0]."
	const words = "none, xs, sm, md, lg, xl, xxl"
	const notSpace = "not pixels such as 8px, or one of: " + words
	const notRoom = "not pixels such as 8px, a percentage, or one of: " + words
	const notColor = "not a colour such as #RRGGBB or #RRGGBBAA"
	const fonts = "xxs, xs, sm, md, lg, xl, xxl, 3xl, 4xl, 5xl"
	tests := []struct {
		name string
		part flex.Component
		want []string
	}{
		{"nil", nil, []string{"line: contents.body.contents[0]: required"}},
		{"no text", flex.Text{}, []string{at + "text: required"}},
		{
			"text", flex.Text{
				Text: "a", Size: "5%", Color: "#fff", Weight: "b", Style: "b", Decoration: "b", Align: "left", Gravity: "middle",
				LineSpacing: "md", Margin: "1%", Place: flex.Position{"fixed", "1", "px", "1.2.3px", "1em"},
			},
			[]string{
				at + "lineSpacing: not pixels such as 8px", at + "size: not pixels such as 8px, or one of: " + fonts,
				at + "color: " + notColor, at + "weight: not one of: regular, bold", at + "style: not one of: normal, italic",
				at + "decoration: not one of: none, underline, line-through", at + "margin: " + notSpace,
				at + "position: not one of: relative, absolute", at + "offsetTop: " + notRoom, at + "offsetBottom: " + notRoom,
				at + "offsetStart: " + notRoom, at + "offsetEnd: " + notRoom, at + "gravity: not one of: top, bottom, center",
				at + "align: not one of: start, end, center",
			},
		},
		{"span", flex.Text{Spans: []flex.Span{{Text: "a", Color: "red"}}}, []string{at + "contents[0].color: " + notColor}},
		{"span alone", flex.Span{Text: "a"}, []string{at + "type: not of a part that fits here"}},
		{"icon in a box", flex.Icon{URL: picture}, []string{at + "type: not of a part that fits here"}},
		{"video in a box", flex.Video{}, []string{at + "type: not of a part that fits here"}},
		{"button in a line", flex.Baseline(flex.Button{Action: line.Say("a")}), []string{at + "contents[0].type: not of a part that fits here"}},
		{"no action", flex.Button{}, []string{at + "action: required"}},
		{"button", flex.Button{Action: line.Say("a"), Style: "x", Height: "lg", Color: "#12345g"}, []string{
			at + "style: not one of: primary, secondary, link", at + "height: not one of: sm, md", at + "color: " + notColor,
		}},
		{"image", flex.Image{Size: "xxxl", AspectRatio: "1", AspectMode: "x", Background: "#12345678"}, []string{
			at + "url: required", at + "aspectRatio: not two numbers from 1 to 100000, such as 20:13",
			at + "size: not pixels such as 8px, a percentage, or one of: " + fonts + ", full", at + "aspectMode: not one of: fit, cover",
		}},
		{"wide", flex.Image{URL: picture, AspectRatio: "100000:1"}, nil},
		{"wider", flex.Image{URL: picture, AspectRatio: "100001:1"}, []string{
			at + "aspectRatio: not two numbers from 1 to 100000, such as 20:13",
		}},
		{"narrow", flex.Image{URL: picture, AspectRatio: "1:0.9"}, []string{
			at + "aspectRatio: not two numbers from 1 to 100000, such as 20:13",
		}},
		{"high", flex.Image{URL: picture, AspectRatio: "1.5:4.5"}, nil},
		{"higher", flex.Image{URL: picture, AspectRatio: "1:3.1"}, []string{
			at + "aspectRatio: higher than three times its width",
		}},
		{"icon", flex.Baseline(flex.Icon{URL: "x", Size: "full"}), []string{
			at + "contents[0].url: not an https URL in ASCII",
			at + "contents[0].size: not pixels such as 8px, or one of: " + fonts,
		}},
		{"separator", flex.Separator{"x", "y"}, []string{at + "color: " + notColor, at + "margin: " + notSpace}},
		{"layout", flex.Box{Layout: "grid"}, []string{at + "layout: not one of: horizontal, vertical, baseline"}},
		{
			"box", flex.Box{
				Padding: flex.Padding{"a", "b", "c", "d", "e"}, Spacing: "1%", Width: "md", MaxWidth: "x", Height: "x", MaxHeight: "x",
				BorderWidth: "md", CornerRadius: "1%", Background: "x", BorderColor: "x", Justify: "x", Align: "space-around",
			},
			[]string{
				at + "layout: required", at + "spacing: " + notSpace, at + "paddingAll: " + notRoom, at + "paddingTop: " + notRoom,
				at + "paddingBottom: " + notRoom, at + "paddingStart: " + notRoom, at + "paddingEnd: " + notRoom,
				at + "width: not pixels such as 8px, a percentage", at + "maxWidth: not pixels such as 8px, a percentage",
				at + "height: not pixels such as 8px, a percentage", at + "maxHeight: not pixels such as 8px, a percentage",
				at + "borderWidth: not pixels such as 8px, or one of: none, light, normal, medium, semi-bold, bold",
				at + "cornerRadius: " + notSpace, at + "backgroundColor: " + notColor, at + "borderColor: " + notColor,
				at + "justifyContent: not one of: center, flex-start, flex-end, space-between, space-around, space-evenly",
				at + "alignItems: not one of: center, flex-start, flex-end",
			},
		},
		{"gradient", flex.Box{Layout: "vertical", Gradient: flex.Gradient{CenterPosition: "101%", Center: "x"}}, []string{
			at + "background.angle: required", at + "background.startColor: required", at + "background.endColor: required",
			at + "background.centerColor: " + notColor, at + "background.centerPosition: not a percentage from 0% to 100%",
		}},
		{"angle", flex.Box{Layout: "vertical", Gradient: flex.Gradient{"360deg", "x", "y", "", "0%"}}, []string{
			at + "background.angle: not degrees from 0deg to less than 360deg", at + "background.startColor: " + notColor,
			at + "background.endColor: " + notColor,
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, broken(line.Flex("alt", flex.Bubble{Body: flex.VBox(tt.part)}).Validate()))
		})
	}
}

func TestBubbleRules(t *testing.T) {
	film := flex.Video{URL: clip, PreviewURL: picture, Alt: flex.VBox()}
	tests := []struct {
		name     string
		contents flex.Container
		want     []string
	}{
		{"words", flex.Bubble{Size: "tiny", Direction: "up"}, []string{
			"line: contents.size: not one of: nano, micro, deca, hecto, kilo, mega, giga",
			"line: contents.direction: not one of: ltr, rtl",
		}},
		{"blocks", flex.Bubble{Header: flex.Text{Text: "a"}, Hero: flex.Text{Text: "a"}, Body: film, Footer: flex.Separator{}}, []string{
			"line: contents.header.type: not of a part that fits here", "line: contents.hero.type: not of a part that fits here",
			"line: contents.body.type: not of a part that fits here", "line: contents.footer.type: not of a part that fits here",
		}},
		{"styles", flex.Bubble{Styles: flex.Styles{Footer: flex.Style{Background: "x", SeparatorColor: "y"}}}, []string{
			"line: contents.styles.footer.backgroundColor: not a colour such as #RRGGBB or #RRGGBBAA",
			"line: contents.styles.footer.separatorColor: not a colour such as #RRGGBB or #RRGGBBAA",
		}},
		{"film", flex.Bubble{Size: "kilo", Hero: film}, nil},
		{"small film", flex.Bubble{Size: "hecto", Hero: film}, []string{
			"line: contents.hero: a video in a carousel, or in a bubble smaller than kilo",
		}},
		{"film in a carousel", flex.Bubbles(flex.Bubble{}, flex.Bubble{Hero: film}), []string{
			"line: contents.contents[1].hero: a video in a carousel, or in a bubble smaller than kilo",
		}},
		{"film without", flex.Bubble{Hero: flex.Video{AspectRatio: "0:0", Action: line.Say("a")}}, []string{
			"line: contents.hero.url: required", "line: contents.hero.previewUrl: required",
			"line: contents.hero.aspectRatio: not two numbers from 1 to 100000, such as 20:13",
			"line: contents.hero.altContent: required", "line: contents.hero.action.type: not uri, the only action of a video",
		}},
		{"film with a text", flex.Bubble{Hero: flex.Video{URL: clip, PreviewURL: picture, Alt: flex.Text{Text: "a"}}}, []string{
			"line: contents.hero.altContent.type: not of a part that fits here",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, broken(line.Flex("alt", tt.contents).Validate())) })
	}
	t.Run("new parts pass", func(t *testing.T) {
		require.Empty(t, flexLines(`{"type":"bubble","hero":{"type":"map"},"body":{"type":"box","layout":"vertical",`+
			`"background":{"type":"new"},"contents":[{"type":"map"}]}}`))
	})
	t.Run("another kind", func(t *testing.T) {
		require.Equal(t, []string{"line: contents: a field of another kind than LINE's"}, flexLines(`{"type":"bubble","body":1}`))
	})
	t.Run("a part without a type, and none", func(t *testing.T) {
		require.Equal(t, []string{
			"line: contents.body.contents[0].type: required", "line: contents.body.contents[1]: required",
			"line: contents.footer.contents: required",
		}, flexLines(`{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{},null]},`+
			`"footer":{"type":"box","layout":"vertical"}}`))
	})
}
