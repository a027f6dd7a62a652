package flex

import "github.com/kaiwa-go/kaiwa/transport/line/internal/write"

// Image is a picture.
type Image struct {
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
	// Align and Gravity are as in Text.
	Align, Gravity string
	// Action is what a tap does; nil is nothing.
	Action Action
	// Flex, Margin and Place are as in Box.
	Flex   Factor
	Margin string
	Place  Position
}

// Icon is a small picture in the line of a text. It works in baseline boxes only.
type Icon struct {
	// URL is as in Image, up to 1 MB.
	URL string
	// Size is as in Text, AspectRatio as in Image.
	Size, AspectRatio string
	// Scale makes it follow the font size that the user has chosen.
	Scale bool
	// Margin and Place are as in Box.
	Margin string
	Place  Position
}

// Video is a video. It works only as the hero of a single bubble of the size kilo, mega or
// giga.
type Video struct {
	// URL and PreviewURL are as in line.VideoMessage.
	URL, PreviewURL string
	// Alt is a Image or a Box for clients that show no videos.
	Alt Component
	// AspectRatio is as in Image, and should be that of the video and of its preview.
	AspectRatio string
	// Action is a line.URIAction whose label is shown when the video has ended; nil is nothing.
	Action Action
}

func (f Image) appendPart(b []byte) []byte {
	b = append(b, `{"type":"image"`...)
	b = write.Text(write.Name(b, "url"), f.URL)
	b = write.Field(b, "size", f.Size)
	b = write.Field(b, "aspectRatio", f.AspectRatio)
	b = write.Field(b, "aspectMode", f.AspectMode)
	b = write.Field(b, "backgroundColor", f.Background)
	b = write.Flag(b, "animated", f.Animated)
	b = write.Field(b, "align", f.Align)
	b = write.Field(b, "gravity", f.Gravity)
	b = appendActionField(b, f.Action)
	b = appendPosition(b, f.Flex, f.Margin, f.Place)
	return append(b, '}')
}

func (f Icon) appendPart(b []byte) []byte {
	b = append(b, `{"type":"icon"`...)
	b = write.Text(write.Name(b, "url"), f.URL)
	b = write.Field(b, "size", f.Size)
	b = write.Field(b, "aspectRatio", f.AspectRatio)
	b = write.Flag(b, "scaling", f.Scale)
	b = appendPosition(b, 0, f.Margin, f.Place)
	return append(b, '}')
}

func (f Video) appendPart(b []byte) []byte {
	b = append(b, `{"type":"video"`...)
	b = write.Text(write.Name(b, "url"), f.URL)
	b = write.Text(write.Name(b, "previewUrl"), f.PreviewURL)
	b = appendPartField(b, "altContent", f.Alt)
	b = write.Field(b, "aspectRatio", f.AspectRatio)
	b = appendActionField(b, f.Action)
	return append(b, '}')
}
