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

// ClipboardAction copies a text to the clipboard of the user's device. Clients older than LINE
// 14.0.0 do nothing. The bot does not hear of it.
type ClipboardAction struct {
	// Label is the text on the button.
	Label string
	// Text is what is copied, up to 1000 UTF-16 code units.
	Text string
}

// Clipboard returns a button that copies text.
func Clipboard(label, text string) ClipboardAction {
	return ClipboardAction{Label: label, Text: text}
}

// AppendJSON implements Action.
func (a ClipboardAction) AppendJSON(b []byte, _ string) []byte {
	b = append(b, `{"type":"clipboard"`...)
	b = write.Field(b, "label", a.Label)
	b = write.Text(write.Name(b, "clipboardText"), a.Text)
	return append(b, '}')
}

func (a ClipboardAction) checkAction(c *checker, in holder) {
	c.label(a.Label, in)
	c.clipboardText(a.Text)
}

func (c *checker) clipboardText(text string) {
	c.Required("clipboardText", text)
	c.Units("clipboardText", text, maxClipboard)
}

// CameraAction opens the camera; the photo arrives as an image or video event. It works in
// quick replies only.
type CameraAction struct {
	// Label is the text on the button.
	Label string
}

// CameraRollAction opens the photo album; the choice arrives as an image or video event. It
// works in quick replies only.
type CameraRollAction struct {
	// Label is the text on the button.
	Label string
}

// LocationAction opens a map; the place arrives as a location event. It works in quick replies
// only.
type LocationAction struct {
	// Label is the text on the button.
	Label string
}

// Camera returns a quick reply that opens the camera.
func Camera(label string) CameraAction { return CameraAction{Label: label} }

// CameraRoll returns a quick reply that opens the photo album.
func CameraRoll(label string) CameraRollAction { return CameraRollAction{Label: label} }

// ShareLocation returns a quick reply that opens a map.
func ShareLocation(label string) LocationAction { return LocationAction{Label: label} }

// AppendJSON implements Action.
func (a CameraAction) AppendJSON(b []byte, _ string) []byte {
	return appendLabelled(b, "camera", a.Label)
}

// AppendJSON implements Action.
func (a CameraRollAction) AppendJSON(b []byte, _ string) []byte {
	return appendLabelled(b, "cameraRoll", a.Label)
}

// AppendJSON implements Action.
func (a LocationAction) AppendJSON(b []byte, _ string) []byte {
	return appendLabelled(b, "location", a.Label)
}

func appendLabelled(b []byte, typ, label string) []byte {
	b = append(b, `{"type":"`...)
	b = append(b, typ...)
	b = append(b, '"')
	b = write.Field(b, "label", label)
	return append(b, '}')
}

func (a CameraAction) checkAction(c *checker, in holder)     { c.quickOnly(a.Label, in) }
func (a CameraRollAction) checkAction(c *checker, in holder) { c.quickOnly(a.Label, in) }
func (a LocationAction) checkAction(c *checker, in holder)   { c.quickOnly(a.Label, in) }

func (c *checker) quickOnly(label string, in holder) {
	if in != inQuickReply {
		c.Broken("type", "works in quick replies only")
	}
	c.label(label, in)
}
