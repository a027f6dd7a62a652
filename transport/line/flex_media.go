package line

// FlexImage is a picture.
type FlexImage struct {
	// URL is the picture: https, JPEG or PNG, up to 1024 by 1024 pixels and 10 MB.
	URL string
	// Size is how wide it is at most: pixels, percent, xxs, xs, sm, md, lg, xl, xxl, 3xl, 4xl,
	// 5xl or full.
	Size string
	// AspectRatio is its width and height, such as "20:13", each 1 to 100000, the height at most
	// three times the width. AspectMode is fit or cover, for a picture of another shape.
	AspectRatio, AspectMode string
	// Background is the colour behind it.
	Background string
	// Animated plays an APNG of up to 300 KB. A message has at most ten of them.
	Animated bool
	// Align and Gravity are as in FlexText.
	Align, Gravity string
	// Action is what a tap does; nil is nothing.
	Action Action
	// Flex, Margin and Place are as in FlexBox.
	Flex   FlexFactor
	Margin string
	Place  FlexPosition
}

// FlexIcon is a small picture in the line of a text. It works in baseline boxes only.
type FlexIcon struct {
	// URL is as in FlexImage, up to 1 MB.
	URL string
	// Size is as in FlexText, AspectRatio as in FlexImage.
	Size, AspectRatio string
	// Scale makes it follow the font size that the user has chosen.
	Scale bool
	// Margin and Place are as in FlexBox.
	Margin string
	Place  FlexPosition
}

// FlexVideo is a video. It works only as the hero of a single bubble of the size kilo, mega or
// giga.
type FlexVideo struct {
	// URL and PreviewURL are as in VideoMessage.
	URL, PreviewURL string
	// Alt is a FlexImage or a FlexBox for clients that show no videos.
	Alt FlexComponent
	// AspectRatio is as in FlexImage, and should be that of the video and of its preview.
	AspectRatio string
	// Action is a URIAction whose label is shown when the video has ended; nil is nothing.
	Action Action
}

func (f FlexImage) appendPart(b []byte) []byte {
	b = append(b, `{"type":"image"`...)
	b = appendText(appendName(b, "url"), f.URL)
	b = appendField(b, "size", f.Size)
	b = appendField(b, "aspectRatio", f.AspectRatio)
	b = appendField(b, "aspectMode", f.AspectMode)
	b = appendField(b, "backgroundColor", f.Background)
	b = appendFlag(b, "animated", f.Animated)
	b = appendField(b, "align", f.Align)
	b = appendField(b, "gravity", f.Gravity)
	b = appendActionField(b, f.Action)
	b = appendPosition(b, f.Flex, f.Margin, f.Place)
	return append(b, '}')
}

func (f FlexIcon) appendPart(b []byte) []byte {
	b = append(b, `{"type":"icon"`...)
	b = appendText(appendName(b, "url"), f.URL)
	b = appendField(b, "size", f.Size)
	b = appendField(b, "aspectRatio", f.AspectRatio)
	b = appendFlag(b, "scaling", f.Scale)
	b = appendPosition(b, 0, f.Margin, f.Place)
	return append(b, '}')
}

func (f FlexVideo) appendPart(b []byte) []byte {
	b = append(b, `{"type":"video"`...)
	b = appendText(appendName(b, "url"), f.URL)
	b = appendText(appendName(b, "previewUrl"), f.PreviewURL)
	b = appendPartField(b, "altContent", f.Alt)
	b = appendField(b, "aspectRatio", f.AspectRatio)
	b = appendActionField(b, f.Action)
	return append(b, '}')
}
