package line

// URIAction opens a page, an app or the phone. The bot does not hear of it.
type URIAction struct {
	// Label is the text on the button.
	Label string
	// URI has the scheme http, https, line or tel, and is percent-encoded.
	URI string
}

// URI returns a button that opens uri.
func URI(label, uri string) URIAction { return URIAction{Label: label, URI: uri} }

func (a URIAction) appendAction(b []byte, _ string) []byte {
	b = append(b, `{"type":"uri"`...)
	b = appendField(b, "label", a.Label)
	b = appendText(appendName(b, "uri"), a.URI)
	return append(b, '}')
}

func (a URIAction) checkAction(c *checker, in holder) {
	c.label(a.Label, in)
	c.units("uri", a.URI, maxURI)
	if c.required("uri", a.URI) && !isActionURI(a.URI) {
		c.broken("uri", "not an http, https, line or tel URI in ASCII")
	}
}

func isActionURI(uri string) bool {
	return hasScheme(uri, "https://") || hasScheme(uri, "http://") ||
		hasScheme(uri, "line://") || hasScheme(uri, "tel:")
}
