package line

import "github.com/kaiwa-go/kaiwa/transport/line/internal/write"

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
