package line

import (
	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// URIAction opens a page, an app or the phone. The bot does not hear of it, so that the URI carries no
// mark.
type URIAction struct {
	// Label is the text on the button.
	Label string
	// URI has the scheme http, https, line or tel, and is percent-encoded.
	URI string
	// Desktop is opened instead of URI by LINE for macOS and Windows. Empty is URI. In quick
	// replies LINE ignores it.
	Desktop string
}

// URI returns a button that opens uri.
func URI(label, uri string) URIAction { return URIAction{Label: label, URI: uri} }

// WithDesktop returns a copy that opens another URI on LINE for macOS and Windows.
func (a URIAction) WithDesktop(uri string) URIAction {
	a.Desktop = uri
	return a
}

// AppendJSON implements Action.
func (a URIAction) AppendJSON(b []byte, _ string) []byte {
	b = append(b, `{"type":"uri"`...)
	b = write.Field(b, "label", a.Label)
	b = write.Text(write.Name(b, "uri"), a.URI)
	if a.Desktop != "" {
		b = write.Text(append(b, `,"altUri":{"desktop":`...), a.Desktop)
		b = append(b, '}')
	}
	return append(b, '}')
}

func (a URIAction) checkAction(c *checker, in holder) {
	c.label(a.Label, in)
	c.requiredURI("uri", a.URI)
	if a.Desktop != "" {
		c.Field("altUri")
		c.requiredURI("desktop", a.Desktop)
		c.Up(1)
	}
}

func (c *checker) requiredURI(field, uri string) {
	c.Units(field, uri, maxURI)
	if c.Required(field, uri) && !isActionURI(uri) {
		c.Broken(field, "not an http, https, line or tel URI in ASCII")
	}
}

func isActionURI(uri string) bool {
	return check.HasScheme(uri, "https://") || check.HasScheme(uri, "http://") ||
		check.HasScheme(uri, "line://") || check.HasScheme(uri, "tel:")
}
