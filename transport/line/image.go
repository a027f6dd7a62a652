package line

import "github.com/kaiwa-go/kaiwa/transport/line/internal/write"

// ImageMessage is a picture.
type ImageMessage struct {
	// URL is the picture: https, JPEG or PNG, up to 10 MB.
	URL string
	// PreviewURL is what the chat shows before a tap, up to 1 MB. Empty is URL.
	PreviewURL string
	// Sender is as in TextMessage.
	Sender Sender
	// QuickReplies are as in TextMessage.
	QuickReplies []Action
}

// Image returns an image message. An empty previewURL is url.
func Image(url, previewURL string) ImageMessage {
	return ImageMessage{URL: url, PreviewURL: previewURL}
}

// WithSender returns a copy that shows another name and icon.
func (m ImageMessage) WithSender(name, iconURL string) ImageMessage {
	m.Sender = Sender{Name: name, IconURL: iconURL}
	return m.Quick()
}

// Quick returns a copy with further quick replies.
func (m ImageMessage) Quick(replies ...Action) ImageMessage {
	m.QuickReplies = withQuick(m.QuickReplies, replies)
	return m
}

// AppendJSON implements transport.Message. The error is always nil.
func (m ImageMessage) AppendJSON(b []byte, mark string) ([]byte, error) {
	preview := m.PreviewURL
	if preview == "" {
		preview = m.URL
	}
	b = append(b, `{"type":"image","originalContentUrl":`...)
	b = write.Text(b, m.URL)
	b = write.Text(write.Name(b, "previewImageUrl"), preview)
	return appendEnd(b, m.Sender, m.QuickReplies, mark), nil
}

// Validate implements transport.Message. It returns *LimitError values, joined. It does not
// fetch the picture.
func (m ImageMessage) Validate() error { return validate(m) }

func (m ImageMessage) check(c *checker) {
	c.RequiredURL("originalContentUrl", m.URL)
	c.HTTPS("previewImageUrl", m.PreviewURL)
	c.end(m.Sender, m.QuickReplies)
}
