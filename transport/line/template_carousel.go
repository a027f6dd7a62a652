package line

import (
	"slices"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// CarouselMessage is a row of cards to swipe through. The cards have the same number of
// buttons, and all or none of them a title, and an image.
type CarouselMessage struct {
	// Columns are the cards, one to ten.
	Columns []CarouselColumn
	// ImageAspect and ImageSize are as in ButtonsMessage, for all columns.
	ImageAspect ImageAspect
	ImageSize   ImageSize
	// AltText is shown in notifications and by clients that show no cards. Empty is the text of
	// the first column.
	AltText string
	// Sender is as in TextMessage.
	Sender Sender
	// QuickReplies are as in TextMessage.
	QuickReplies []Action
}

// CarouselColumn is one card of a carousel.
type CarouselColumn struct {
	// Title is up to 40 grapheme clusters; empty for none.
	Title string
	// Text is up to 120 grapheme clusters, or 60 beside a title or an image.
	Text string
	// ImageURL, ImageColor and Default are as in ButtonsMessage.
	ImageURL   string
	ImageColor string
	Default    Action
	// Actions are the buttons, one to three.
	Actions []Action
}

// Carousel returns a row of cards.
func Carousel(columns ...CarouselColumn) CarouselMessage {
	return CarouselMessage{Columns: columns}.clone()
}

// Column returns a card for a carousel.
func Column(text string, actions ...Action) CarouselColumn {
	return CarouselColumn{Text: text, Actions: slices.Clone(actions)}
}

// WithTitle returns a copy with a title.
func (m CarouselColumn) WithTitle(title string) CarouselColumn {
	m = m.clone()
	m.Title = title
	return m
}

// WithImage returns a copy with an image.
func (m CarouselColumn) WithImage(url string) CarouselColumn {
	m = m.clone()
	m.ImageURL = url
	return m
}

// WithDefault returns a copy that does something on a tap beside the buttons.
func (m CarouselColumn) WithDefault(action Action) CarouselColumn {
	m = m.clone()
	m.Default = action
	return m
}

// WithAlt returns a copy with another text for notifications.
func (m CarouselMessage) WithAlt(text string) CarouselMessage {
	m = m.clone()
	m.AltText = text
	return m
}

// WithSender returns a copy that shows another name and icon.
func (m CarouselMessage) WithSender(name, iconURL string) CarouselMessage {
	m = m.clone()
	m.Sender = Sender{Name: name, IconURL: iconURL}
	return m
}

// Quick returns a copy with further quick replies.
func (m CarouselMessage) Quick(replies ...Action) CarouselMessage {
	m = m.clone()
	m.QuickReplies = append(m.QuickReplies, replies...)
	return m
}

func (m CarouselColumn) clone() CarouselColumn {
	m.Actions = slices.Clone(m.Actions)
	return m
}

func (m CarouselMessage) clone() CarouselMessage {
	m.Columns = slices.Clone(m.Columns)
	for i := range m.Columns {
		m.Columns[i] = m.Columns[i].clone()
	}
	m.QuickReplies = slices.Clone(m.QuickReplies)
	return m
}

func (m CarouselColumn) card() card {
	return card{m.Title, m.Text, m.ImageURL, m.ImageColor, m.Default, m.Actions}
}

// AppendJSON implements transport.Message. The error is always nil.
func (m CarouselMessage) AppendJSON(b []byte, mark string) ([]byte, error) {
	first := ""
	if len(m.Columns) > 0 {
		first = m.Columns[0].Text
	}
	b = appendTemplate(b, altText(m.AltText, first), "carousel")
	b = write.Field(b, "imageAspectRatio", string(m.ImageAspect))
	b = write.Field(b, "imageSize", string(m.ImageSize))
	b = append(b, `,"columns":[`...)
	for i, col := range m.Columns {
		if i > 0 {
			b = append(b, ',')
		}
		card := col.card()
		start := len(b)
		b = appendCard(b, &card, mark)
		// The first field has a comma before it, which makes room for the brace.
		b[start] = '{'
		b = append(b, '}')
	}
	return appendEnd(append(b, "]}"...), m.Sender, m.QuickReplies, mark), nil
}

// Validate implements transport.Message. It returns *LimitError values, joined.
func (m CarouselMessage) Validate() error { return validate(m) }

func (m CarouselMessage) check(c *checker) {
	c.Units("altText", m.AltText, maxAltText)
	c.Field("template")
	c.images(m.ImageAspect, m.ImageSize)
	c.columns(m.Columns)
	c.Up(1)
	c.end(m.Sender, m.QuickReplies)
}

func (c *checker) columns(columns []CarouselColumn) {
	c.Count("columns", len(columns), 1, maxColumns)
	c.Field("columns")
	for i, col := range columns {
		c.Item(i)
		card := col.card()
		c.card(&card, maxColumnText, maxColumnActions)
		c.likeFirst(&columns[0], &col)
		c.Up(1)
	}
	c.Up(1)
}

// likeFirst checks what LINE wants alike in all columns.
func (c *checker) likeFirst(first, col *CarouselColumn) {
	if n := len(first.Actions); len(col.Actions) != n {
		c.Fail("actions", check.Fault{Actual: len(col.Actions), Min: n, Max: n, Unit: check.Items})
	}
	if (first.Title == "") != (col.Title == "") {
		c.Broken("title", "in all columns or in none")
	}
	if (first.ImageURL == "") != (col.ImageURL == "") {
		c.Broken("thumbnailImageUrl", "in all columns or in none")
	}
}

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
