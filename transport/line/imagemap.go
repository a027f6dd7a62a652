package line

import (
	"slices"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// ImagemapMessage is a picture with areas to tap, and perhaps a video on it. It is 1040 pixels
// wide, in which all its lengths are counted; clients scale it.
type ImagemapMessage struct {
	// BaseURL is where the picture is, without a file extension: LINE gets it as JPEG or PNG, up
	// to 10 MB, at BaseURL/240, /300, /460, /700 and /1040, by the width that a client needs.
	BaseURL string
	// AltText is shown in notifications and by clients that show no imagemaps. LINE wants one.
	AltText string
	// Height is that of the picture at its width of 1040.
	Height int
	// Video plays on the picture. Its zero value is none.
	Video ImagemapVideo
	// Taps are the areas to tap, up to 50.
	Taps []ImagemapTap
	// Sender is as in TextMessage.
	Sender Sender
	// QuickReplies are as in TextMessage.
	QuickReplies []Action
}

// ImagemapVideo is a video on an imagemap.
type ImagemapVideo struct {
	// URL and PreviewURL are as in VideoMessage.
	URL, PreviewURL string
	// Area is where it plays.
	Area Area
	// LinkURI is opened by a tap on LinkLabel, which is shown when the video has ended: up to 30
	// UTF-16 code units. Both are empty for no link.
	LinkURI, LinkLabel string
}

// Area is a rectangle. Its origin is the top left corner of the picture.
type Area struct{ X, Y, Width, Height int }

const imagemapWidth = 1040

// Imagemap returns a picture with a height, at a width of 1040. Tap gives it areas to tap.
func Imagemap(baseURL, altText string, height int) ImagemapMessage {
	return ImagemapMessage{BaseURL: baseURL, AltText: altText, Height: height}
}

// Tap returns a copy in which a tap on an area does something: a URIAction, a MessageAction or a
// ClipboardAction.
func (m ImagemapMessage) Tap(area Area, action Action) ImagemapMessage {
	m = m.clone()
	m.Taps = append(m.Taps, ImagemapTap{Area: area, Action: action})
	return m
}

// WithVideo returns a copy on which a video plays.
func (m ImagemapMessage) WithVideo(video ImagemapVideo) ImagemapMessage {
	m = m.clone()
	m.Video = video
	return m
}

// WithSender returns a copy that shows another name and icon.
func (m ImagemapMessage) WithSender(name, iconURL string) ImagemapMessage {
	m = m.clone()
	m.Sender = Sender{Name: name, IconURL: iconURL}
	return m
}

// Quick returns a copy with further quick replies.
func (m ImagemapMessage) Quick(replies ...Action) ImagemapMessage {
	m = m.clone()
	m.QuickReplies = append(m.QuickReplies, replies...)
	return m
}

func (m ImagemapMessage) clone() ImagemapMessage {
	m.Taps = slices.Clone(m.Taps)
	m.QuickReplies = slices.Clone(m.QuickReplies)
	return m
}

// AppendJSON implements transport.Message. The error is always nil.
func (m ImagemapMessage) AppendJSON(b []byte, mark string) ([]byte, error) {
	b = append(b, `{"type":"imagemap","baseUrl":`...)
	b = write.Text(b, m.BaseURL)
	b = write.Text(write.Name(b, "altText"), m.AltText)
	b = write.Number(append(b, `,"baseSize":{"width":1040,"height":`...), m.Height)
	b = append(b, '}')
	if m.Video != (ImagemapVideo{}) {
		b = m.Video.append(write.Name(b, "video"))
	}
	b = appendTaps(write.Name(b, "actions"), m.Taps)
	return appendEnd(b, m.Sender, m.QuickReplies, mark), nil
}

func (v ImagemapVideo) append(b []byte) []byte {
	b = write.Text(append(b, `{"originalContentUrl":`...), v.URL)
	b = write.Text(write.Name(b, "previewImageUrl"), v.PreviewURL)
	b = v.Area.append(b)
	if v.LinkURI != "" || v.LinkLabel != "" {
		b = write.Text(append(b, `,"externalLink":{"linkUri":`...), v.LinkURI)
		b = write.Text(write.Name(b, "label"), v.LinkLabel)
		b = append(b, '}')
	}
	return append(b, '}')
}

// Validate implements transport.Message. It returns *LimitError values, joined. It does not
// fetch the pictures.
func (m ImagemapMessage) Validate() error { return validate(m) }

func (m ImagemapMessage) check(c *checker) {
	c.RequiredURL("baseUrl", m.BaseURL)
	if hasExtension(m.BaseURL) {
		c.Broken("baseUrl", "ends in a file extension")
	}
	c.Required("altText", m.AltText)
	c.Units("altText", m.AltText, maxAltText)
	c.Field("baseSize")
	c.length("height", m.Height)
	c.Up(1)
	if m.Video != (ImagemapVideo{}) {
		c.Field("video")
		m.Video.check(c)
		c.Up(1)
	}
	c.taps(m.Taps)
	c.end(m.Sender, m.QuickReplies)
}

func (v ImagemapVideo) check(c *checker) {
	c.RequiredURL("originalContentUrl", v.URL)
	c.RequiredURL("previewImageUrl", v.PreviewURL)
	v.Area.check(c)
	if v.LinkURI == "" && v.LinkLabel == "" {
		return
	}
	c.Field("externalLink")
	c.requiredURI("linkUri", v.LinkURI)
	c.Required("label", v.LinkLabel)
	c.Units("label", v.LinkLabel, maxLinkLabel)
	c.Up(1)
}

func hasExtension(url string) bool {
	end := strings.ToLower(url[max(0, len(url)-len(".jpeg")):])
	return strings.HasSuffix(end, ".png") || strings.HasSuffix(end, ".jpg") || strings.HasSuffix(end, ".jpeg")
}

// ImagemapTap is an area of an imagemap and what a tap on it does.
type ImagemapTap struct {
	// Area is where it can be tapped.
	Area Area
	// Action is a URIAction, a MessageAction or a ClipboardAction. Its label is read out by
	// screen readers: up to 100 UTF-16 code units, or empty. The text of a MessageAction is up to
	// 400 UTF-16 code units. The Desktop of a URIAction is not sent.
	Action Action
}

// imagemapAction is an action that works in an imagemap too, where LINE spells it differently.
type imagemapAction interface {
	appendImagemap(b []byte) []byte
	checkImagemap(c *checker)
}

func (t ImagemapTap) action() (imagemapAction, bool) {
	a, ok := t.Action.(imagemapAction)
	return a, ok && !write.IsNil(a)
}

func appendTaps(b []byte, taps []ImagemapTap) []byte {
	b = append(b, '[')
	for i, t := range taps {
		if i > 0 {
			b = append(b, ',')
		}
		a, ok := t.action()
		if !ok {
			b = append(b, "null"...) // Validate reports it
			continue
		}
		b = append(t.Area.append(a.appendImagemap(b)), '}')
	}
	return append(b, ']')
}

func (a URIAction) appendImagemap(b []byte) []byte {
	b = write.Field(append(b, `{"type":"uri"`...), "label", a.Label)
	return write.Text(write.Name(b, "linkUri"), a.URI)
}

func (a MessageAction) appendImagemap(b []byte) []byte {
	b = write.Field(append(b, `{"type":"message"`...), "label", a.Label)
	return write.Text(write.Name(b, "text"), a.Text)
}

func (a ClipboardAction) appendImagemap(b []byte) []byte {
	b = write.Field(append(b, `{"type":"clipboard"`...), "label", a.Label)
	return write.Text(write.Name(b, "clipboardText"), a.Text)
}

func (r Area) append(b []byte) []byte {
	b = write.Number(append(b, `,"area":{"x":`...), r.X)
	b = write.Number(append(b, `,"y":`...), r.Y)
	b = write.Number(append(b, `,"width":`...), r.Width)
	b = write.Number(append(b, `,"height":`...), r.Height)
	return append(b, '}')
}

func (c *checker) taps(taps []ImagemapTap) {
	c.Count("actions", len(taps), 0, maxTaps)
	c.Field("actions")
	for i, t := range taps {
		c.Item(i)
		switch a, ok := t.action(); {
		case missing(t.Action):
			c.Broken("", check.RuleRequired)
		case !ok:
			c.Broken("type", "not of an imagemap, which has uri, message and clipboard")
		default:
			a.checkImagemap(c)
			t.Area.check(c)
		}
		c.Up(1)
	}
	c.Up(1)
}

func (a URIAction) checkImagemap(c *checker) {
	c.Units("label", a.Label, maxImagemapLabel)
	c.requiredURI("linkUri", a.URI)
}

func (a MessageAction) checkImagemap(c *checker) {
	c.Units("label", a.Label, maxImagemapLabel)
	c.Required("text", a.Text)
	c.Units("text", a.Text, maxImagemapText)
}

func (a ClipboardAction) checkImagemap(c *checker) {
	c.Units("label", a.Label, maxImagemapLabel)
	c.clipboardText(a.Text)
}

func (r Area) check(c *checker) {
	c.Field("area")
	if r.X < 0 {
		c.Broken("x", "less than zero")
	}
	if r.Y < 0 {
		c.Broken("y", "less than zero")
	}
	c.length("width", r.Width)
	c.length("height", r.Height)
	c.Up(1)
}

// length checks the side of a picture or an area.
func (c *checker) length(field string, n int) {
	if n < 1 {
		c.Fail(field, check.Fault{Actual: n, Min: 1, Unit: check.Pixels})
	}
}
