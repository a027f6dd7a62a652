package line

import (
	"slices"

	"github.com/kaiwa-go/kaiwa/transport/line/flex"
)

func actionRows() []limitRow {
	const first = "template.actions[0]."
	return []limitRow{
		{"action", "label in a template", 20, GraphemeClusters, "action-object-label-spec", first + "label",
			func(n int) checked { return cardOf(Postback(textOf(n), "x")) }},
		{"action", "label in an image carousel", 12, GraphemeClusters, "action-object-label-spec",
			"template.columns[0].action.label",
			func(n int) checked { return ImageCarousel("x", ImageColumn(picture, Postback(textOf(n), "x"))) }},
		{"action", "label in a quick reply", 20, GraphemeClusters, "action-object-label-spec",
			"quickReply.items[0].action.label", func(n int) checked { return quickOf(Postback(textOf(n), "x")) }},
		{"action", "label in a rich menu", 20, GraphemeClusters, "action-object-label-spec", "label",
			func(n int) checked { return menuAction{action: Postback(textOf(n), "x")} }},
		{"action", "label of a Flex button", 40, GraphemeClusters, "action-object-label-spec",
			"contents.body.contents[0].action.label",
			func(n int) checked { return part(flex.Button{Action: Postback(textOf(n), "x")}) }},
		{"action", "label of another Flex part", 40, GraphemeClusters, "action-object-label-spec",
			"contents.body.contents[0].action.label",
			func(n int) checked { return part(flex.Image{URL: picture, Action: Postback(textOf(n), "x")}) }},
		{"postback", "data, of 300 with the mark", 290, UTF16Units, "postback-action", first + "data",
			func(n int) checked { return cardOf(Postback("x", textOf(n))) }},
		{"postback", "displayText", 300, GraphemeClusters, "postback-action", first + "displayText",
			func(n int) checked { return cardOf(Postback("x", "x").WithDisplay(textOf(n))) }},
		{"postback", "text", 300, GraphemeClusters, "postback-action", first + "text",
			func(n int) checked { return cardOf(PostbackAction{Label: "x", Data: "x", Text: textOf(n)}) }},
		{"postback", "fillInText", 300, GraphemeClusters, "postback-action", first + "fillInText",
			func(n int) checked { return cardOf(Postback("x", "x").WithFillIn(textOf(n))) }},
		{"message", "text", 300, GraphemeClusters, "message-action", first + "text",
			func(n int) checked { return cardOf(SayAs("x", textOf(n))) }},
		{"uri", "uri", 1000, UTF16Units, "uri-action", first + "uri", func(n int) checked { return cardOf(URI("x", urlOf(n))) }},
		{"uri", "altUri.desktop", 1000, UTF16Units, "uri-action", first + "altUri.desktop",
			func(n int) checked { return cardOf(URI("x", picture).WithDesktop(urlOf(n))) }},
		{"datetimepicker", "data, of 300 with the mark", 290, UTF16Units, "datetime-picker-action", first + "data",
			func(n int) checked { return cardOf(DatePicker("x", textOf(n))) }},
		{"camera", "label", 20, GraphemeClusters, "camera-action", "quickReply.items[0].action.label",
			func(n int) checked { return quickOf(Camera(textOf(n))) }},
		{"cameraRoll", "label", 20, GraphemeClusters, "camera-roll-action", "quickReply.items[0].action.label",
			func(n int) checked { return quickOf(CameraRoll(textOf(n))) }},
		{"location", "label", 20, GraphemeClusters, "location-action", "quickReply.items[0].action.label",
			func(n int) checked { return quickOf(ShareLocation(textOf(n))) }},
		{"rich menu", "chatBarText", 14, GraphemeClusters, "rich-menu-object", "chatBarText",
			func(n int) checked { m := aMenu(); m.ChatBarText = textOf(n); return menuCheck{menu: m} }},
		{"rich menu", "areas", 20, Items, "rich-menu-object", "areas", func(n int) checked {
			m := aMenu()
			m.Areas = slices.Repeat([]RichMenuArea{{oneArea, ok}}, n)
			return menuCheck{menu: m}
		}},
		{"rich menu", "size.width", 2500, Pixels, "rich-menu-object", "size.width",
			func(n int) checked { m := aMenu(); m.Width = n; return menuCheck{menu: m} }},
		{"rich menu", "label of an area", 20, GraphemeClusters, "action-object-label-spec", "areas[0].action.label",
			func(n int) checked {
				m := aMenu()
				m.Areas = []RichMenuArea{{oneArea, Postback(textOf(n), "x")}}
				return menuCheck{menu: m}
			}},
		{"richmenuswitch", "label", 20, GraphemeClusters, "richmenu-switch-action", "label",
			func(n int) checked { return menuAction{action: RichMenuSwitch("x", "x").WithLabel(textOf(n))} }},
		{"richmenuswitch", "richMenuAliasId", 32, UTF16Units, "richmenu-switch-action", "richMenuAliasId",
			func(n int) checked { return menuAction{action: RichMenuSwitch(wordOf(n), "x")} }},
		{"richmenuswitch", "data, of 300 with the mark", 290, UTF16Units, "richmenu-switch-action", "data",
			func(n int) checked { return menuAction{action: RichMenuSwitch("x", textOf(n))} }},
		{"clipboard", "clipboardText", 1000, UTF16Units, "clipboard-action", first + "clipboardText",
			func(n int) checked { return cardOf(Clipboard("x", textOf(n))) }},
	}
}

func flexRows() []limitRow {
	film := func(url, preview string) checked {
		return Flex("x", flex.Bubble{Hero: flex.Video{URL: url, PreviewURL: preview, Alt: flex.Image{URL: picture}}})
	}
	return []limitRow{
		{"flex", "altText", 1500, UTF16Units, "flex-message", "altText",
			func(n int) checked { return Flex(textOf(n), flex.Bubble{}) }},
		{"flex", "bubble, as JSON (30 KB)", 30 << 10, Bytes, "bubble", "contents", bubbleOf},
		{"flex", "carousel, as JSON (50 KB)", 50 << 10, Bytes, "f-carousel", "contents", carouselOf},
		{"flex", "bubbles of a carousel", 12, Items, "f-carousel", "contents.contents",
			func(n int) checked { return Flex("x", flex.Bubbles(make([]flex.Bubble, n)...)) }},
		{"flex", "url of an image", 2000, UTF16Units, "f-image", "contents.body.contents[0].url",
			func(n int) checked { return part(flex.Image{URL: urlOf(n)}) }},
		{"flex", "images that are animated", 10, AnimatedImages, "f-image", "contents", func(n int) checked {
			return Flex("x", flex.Bubble{Body: flex.VBox(slices.Repeat([]flex.Component{flex.Image{URL: picture, Animated: true}}, n)...)})
		}},
		{"flex", "url of an icon", 2000, UTF16Units, "icon", "contents.body.contents[0].contents[0].url",
			func(n int) checked { return part(flex.Baseline(flex.Icon{URL: urlOf(n)})) }},
		{"flex", "url of a video", 2000, UTF16Units, "f-video", "contents.hero.url",
			func(n int) checked { return film(urlOf(n), picture) }},
		{"flex", "previewUrl of a video", 2000, UTF16Units, "f-video", "contents.hero.previewUrl",
			func(n int) checked { return film(picture, urlOf(n)) }},
	}
}
