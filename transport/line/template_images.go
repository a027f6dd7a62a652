package line

import (
	"slices"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// ImageCarouselMessage is a row of pictures to swipe through. A tap on one does something.
type ImageCarouselMessage struct {
	// Columns are the pictures, one to ten.
	Columns []ImageCarouselColumn
	// AltText is shown in notifications and by clients that show no pictures. LINE wants one.
	AltText string
	// Sender is as in TextMessage.
	Sender Sender
	// QuickReplies are as in TextMessage.
	QuickReplies []Action
}

// ImageColumn is one picture of an image carousel.
type ImageCarouselColumn struct {
	// ImageURL is https, JPEG or PNG, square, up to 1024 pixels wide and 10 MB.
	ImageURL string
	// Action is what a tap does. Its label is shown on the picture: up to 12 grapheme clusters,
	// or empty.
	Action Action
}

// ImageCarousel returns a row of pictures.
func ImageCarousel(altText string, columns ...ImageCarouselColumn) ImageCarouselMessage {
	return ImageCarouselMessage{AltText: altText, Columns: slices.Clone(columns)}
}

// PictureColumn returns a picture for an image carousel.
func ImageColumn(imageURL string, action Action) ImageCarouselColumn {
	return ImageCarouselColumn{ImageURL: imageURL, Action: action}
}

// WithSender returns a copy that shows another name and icon.
func (m ImageCarouselMessage) WithSender(name, iconURL string) ImageCarouselMessage {
	m = m.clone()
	m.Sender = Sender{Name: name, IconURL: iconURL}
	return m
}

// Quick returns a copy with further quick replies.
func (m ImageCarouselMessage) Quick(replies ...Action) ImageCarouselMessage {
	m = m.clone()
	m.QuickReplies = append(m.QuickReplies, replies...)
	return m
}

func (m ImageCarouselMessage) clone() ImageCarouselMessage {
	m.Columns = slices.Clone(m.Columns)
	m.QuickReplies = slices.Clone(m.QuickReplies)
	return m
}

// AppendJSON implements transport.Message. The error is always nil.
func (m ImageCarouselMessage) AppendJSON(b []byte, mark string) ([]byte, error) {
	b = appendTemplate(b, m.AltText, "image_carousel")
	b = append(b, `,"columns":[`...)
	for i, col := range m.Columns {
		if i > 0 {
			b = append(b, ',')
		}
		b = write.Text(append(b, `{"imageUrl":`...), col.ImageURL)
		b = appendAction(write.Name(b, "action"), col.Action, mark)
		b = append(b, '}')
	}
	return appendEnd(append(b, "]}"...), m.Sender, m.QuickReplies, mark), nil
}

// Validate implements transport.Message. It returns *LimitError values, joined. It does not
// fetch the pictures.
func (m ImageCarouselMessage) Validate() error { return validate(m) }

func (m ImageCarouselMessage) check(c *checker) {
	c.Required("altText", m.AltText)
	c.Units("altText", m.AltText, maxAltText)
	c.Field("template")
	c.Count("columns", len(m.Columns), 1, maxColumns)
	c.Field("columns")
	for i, col := range m.Columns {
		c.Item(i)
		c.RequiredURL("imageUrl", col.ImageURL)
		c.Field("action")
		c.action(col.Action, inImageCarousel)
		c.Up(2)
	}
	c.Up(2)
	c.end(m.Sender, m.QuickReplies)
}
