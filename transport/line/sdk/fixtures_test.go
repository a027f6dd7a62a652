package sdk_test

import (
	api "github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
)

const (
	picture = "https://example.com/p.png"
	clip    = "https://example.com/v.mp4"
)

func actions() []api.ActionInterface {
	return []api.ActionInterface{
		api.PostbackAction{Label: "Yes", Data: "yes", DisplayText: "<Yes>"},
		api.DatetimePickerAction{Label: "Day", Data: "day", Mode: "date"},
		api.MessageAction{Label: "1", Text: "1"},
		api.UriAction{Label: "Map", Uri: "https://example.com", AltUri: &api.AltUri{Desktop: "https://example.com/d"}},
		api.ClipboardAction{Label: "Copy", ClipboardText: "x"},
		api.CameraAction{Label: "Photo"},
		api.CameraRollAction{Label: "Album"},
		api.LocationAction{Label: "Where"},
		api.RichMenuSwitchAction{Label: "Menu", Data: "m", RichMenuAliasId: "a"},
	}
}

func quick() *api.QuickReply {
	q := &api.QuickReply{}
	for _, a := range actions()[:8] {
		q.Items = append(q.Items, api.QuickReplyItem{Type: "action", ImageUrl: picture, Action: a})
	}
	return q
}

func sender() *api.Sender { return &api.Sender{Name: "Cook", IconUrl: picture} }

// bubble holds every kind of Flex component but a video.
func bubble() api.FlexBubble {
	yes := actions()[0]
	text := api.FlexText{Text: "a", Action: yes, Contents: []api.FlexSpan{{Text: "b"}}}
	parts := []api.FlexComponentInterface{
		text,
		api.FlexImage{Url: picture, Action: yes},
		api.FlexSeparator{Margin: "md"},
		api.FlexFiller{},
	}
	for _, a := range actions()[:5] {
		parts = append(parts, api.FlexButton{Action: a})
	}
	inner := api.FlexBox{
		Layout: "horizontal", Contents: parts, Action: yes,
		Background: api.FlexBoxLinearGradient{Angle: "0deg", StartColor: "#000000", EndColor: "#ffffff"},
	}
	return api.FlexBubble{
		Size:   "mega",
		Styles: &api.FlexBubbleStyles{Body: &api.FlexBlockStyle{Separator: true}},
		Header: &api.FlexBox{Layout: "vertical"},
		Hero:   api.FlexImage{Url: picture, Action: yes},
		Body:   &api.FlexBox{Layout: "vertical", Contents: []api.FlexComponentInterface{inner, inner}},
		Footer: &api.FlexBox{Layout: "baseline", Contents: []api.FlexComponentInterface{api.FlexIcon{Url: picture}, text}},
		Action: yes,
	}
}

// film is a bubble with a video, which LINE wants to be alone.
func film() api.FlexBubble {
	b := bubble()
	b.Hero = api.FlexVideo{
		Url: clip, PreviewUrl: picture, Action: actions()[3], AltContent: api.FlexImage{Url: picture, Action: actions()[0]},
	}
	return b
}

// messages is every message of the SDK, made of values only.
func messages() map[string]api.MessageInterface {
	a := actions()
	template := func(t api.TemplateInterface) api.MessageInterface {
		return api.TemplateMessage{AltText: "alt", Template: t, QuickReply: quick(), Sender: sender()}
	}
	column := api.CarouselColumn{
		Title: "A", Text: "a", ThumbnailImageUrl: picture, DefaultAction: a[0], Actions: a[:3],
	}
	area := &api.ImagemapArea{X: 1, Y: 2, Width: 3, Height: 4}
	return map[string]api.MessageInterface{
		"text": api.TextMessage{
			Text: "$", QuickReply: quick(), Sender: sender(), Emojis: []api.Emoji{{ProductId: "p", EmojiId: "e"}},
		},
		"textV2": api.TextMessageV2{
			Text: "a {b}", QuickReply: quick(),
			Substitution: map[string]api.SubstitutionObject{"b": {Type: "new"}},
		},
		"sticker":  api.StickerMessage{PackageId: "1", StickerId: "2", QuickReply: quick()},
		"image":    api.ImageMessage{OriginalContentUrl: picture, PreviewImageUrl: picture, QuickReply: quick()},
		"video":    api.VideoMessage{OriginalContentUrl: clip, PreviewImageUrl: picture, QuickReply: quick()},
		"audio":    api.AudioMessage{OriginalContentUrl: "https://example.com/a.mp3", Duration: 1000, QuickReply: quick()},
		"location": api.LocationMessage{Title: "t", Address: "a", Latitude: 35.5, Longitude: 139.5, QuickReply: quick()},
		"coupon":   api.CouponMessage{CouponId: "c", QuickReply: quick()},
		"imagemap": api.ImagemapMessage{
			BaseUrl: "https://example.com/p", AltText: "alt", BaseSize: &api.ImagemapBaseSize{Width: 1040, Height: 1040}, QuickReply: quick(),
			Actions: []api.ImagemapActionInterface{
				api.UriImagemapAction{LinkUri: "https://example.com", Area: area}, api.MessageImagemapAction{Text: "a", Area: area},
				api.ClipboardImagemapAction{ClipboardText: "a", Area: area},
			},
			Video: &api.ImagemapVideo{
				OriginalContentUrl: clip, PreviewImageUrl: picture, Area: area,
				ExternalLink: &api.ImagemapExternalLink{LinkUri: "https://example.com", Label: "l"},
			},
		},
		"buttons":  template(api.ButtonsTemplate{Title: "T", Text: "t", DefaultAction: a[0], Actions: a[:4]}),
		"confirm":  template(api.ConfirmTemplate{Text: "t", Actions: a[:2]}),
		"carousel": template(api.CarouselTemplate{Columns: []api.CarouselColumn{column, column}}),
		"image carousel": template(api.ImageCarouselTemplate{Columns: []api.ImageCarouselColumn{
			{ImageUrl: picture, Action: a[0]}, {ImageUrl: picture, Action: a[3]},
		}}),
		"flex bubble": api.FlexMessage{AltText: "alt", Contents: film(), QuickReply: quick()},
		"flex carousel": api.FlexMessage{
			AltText: "alt", Contents: api.FlexCarousel{Contents: []api.FlexBubble{bubble(), bubble()}},
		},
	}
}
