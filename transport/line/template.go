package line

import (
	"cmp"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/textlen"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// ImageAspect is the shape of the images of a template.
type ImageAspect string

// The shapes of images. Empty is AspectRectangle.
const (
	AspectRectangle ImageAspect = "rectangle" // 1.51:1
	AspectSquare    ImageAspect = "square"
)

// ImageSize is how an image fills its area.
type ImageSize string

// The sizes of images. Empty is SizeCover.
const (
	SizeCover   ImageSize = "cover"
	SizeContain ImageSize = "contain"
)

// appendTemplate opens a template message and its template.
func appendTemplate(b []byte, alt, kind string) []byte {
	b = append(b, `{"type":"template","altText":`...)
	b = write.Text(b, alt)
	b = append(b, `,"template":{"type":"`...)
	b = append(b, kind...)
	return append(b, '"')
}

// card is what a buttons template and a column of a carousel have in common.
type card struct {
	title, text     string
	imageURL, color string
	main            Action
	actions         []Action
}

func appendCard(b []byte, m *card, mark string) []byte {
	b = write.Field(b, "thumbnailImageUrl", m.imageURL)
	b = write.Field(b, "imageBackgroundColor", m.color)
	b = write.Field(b, "title", m.title)
	b = write.Text(write.Name(b, "text"), m.text)
	if !missing(m.main) {
		b = m.main.AppendJSON(write.Name(b, "defaultAction"), mark)
	}
	return appendActions(write.Name(b, "actions"), m.actions, mark)
}

func (c *checker) card(m *card, maxPlain, maxActions int) {
	c.HTTPS("thumbnailImageUrl", m.imageURL)
	if m.color != "" && !check.IsColor(m.color) {
		c.Broken("imageBackgroundColor", "not a colour such as #FFFFFF")
	}
	c.Clusters("title", m.title, maxTitle)
	if c.Required("text", m.text); m.title != "" || m.imageURL != "" {
		maxPlain = maxTitledText
	}
	c.Clusters("text", m.text, maxPlain)
	if m.main != nil {
		c.Field("defaultAction")
		c.action(m.main, inTemplate)
		c.Up(1)
	}
	c.actions(m.actions, inTemplate, 1, maxActions)
}

func (c *checker) images(aspect ImageAspect, size ImageSize) {
	if aspect != "" {
		c.OneOf("imageAspectRatio", string(aspect), string(AspectRectangle), string(AspectSquare))
	}
	if size != "" {
		c.OneOf("imageSize", string(size), string(SizeCover), string(SizeContain))
	}
}

// altText returns alt, or a text of the message cut to what LINE takes.
func altText(alt, text string) string {
	if alt != "" || len(text) <= maxAltText {
		return cmp.Or(alt, text)
	}
	n := 0
	for i, r := range text {
		if n += textlen.Width(r); n > maxAltText {
			return text[:i]
		}
	}
	return text
}
