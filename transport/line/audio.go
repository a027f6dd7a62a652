package line

import (
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

// AudioMessage is a sound.
type AudioMessage struct {
	// URL is the sound: https, mp3 or m4a, up to 200 MB.
	URL string
	// Duration is how long it plays. LINE takes whole milliseconds; the rest is cut off.
	Duration time.Duration
	// Sender is as in TextMessage.
	Sender Sender
	// QuickReplies are as in TextMessage.
	QuickReplies []Action
}

// Audio returns an audio message.
func Audio(url string, duration time.Duration) AudioMessage {
	return AudioMessage{URL: url, Duration: duration}
}

// WithSender returns a copy that shows another name and icon.
func (m AudioMessage) WithSender(name, iconURL string) AudioMessage {
	m.Sender = Sender{Name: name, IconURL: iconURL}
	return m.Quick()
}

// Quick returns a copy with further quick replies.
func (m AudioMessage) Quick(replies ...Action) AudioMessage {
	m.QuickReplies = withQuick(m.QuickReplies, replies)
	return m
}

// AppendJSON implements transport.Message. The error is always nil.
func (m AudioMessage) AppendJSON(b []byte, mark string) ([]byte, error) {
	b = append(b, `{"type":"audio","originalContentUrl":`...)
	b = write.Text(b, m.URL)
	b = write.Number(write.Name(b, "duration"), m.Duration.Milliseconds())
	return appendEnd(b, m.Sender, m.QuickReplies, mark), nil
}

// Validate implements transport.Message. It returns *LimitError values, joined. It does not
// fetch the sound.
func (m AudioMessage) Validate() error { return validate(m) }

func (m AudioMessage) check(c *checker) {
	c.RequiredURL("originalContentUrl", m.URL)
	if m.Duration < time.Millisecond {
		c.Broken("duration", "shorter than a millisecond")
	}
	c.end(m.Sender, m.QuickReplies)
}
