package line

import (
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/write"
)

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

// VideoMessage is a video.
type VideoMessage struct {
	// URL is the video: https, mp4, up to 200 MB.
	URL string
	// PreviewURL is the picture before it plays: https, JPEG or PNG, up to 1 MB, in the aspect
	// ratio of the video.
	PreviewURL string
	// TrackingID comes back in an event when a user has seen the video to its end; empty asks
	// for none. It works in one-to-one chats only. It is up to 100 letters, digits and
	// -.=,+*()%$&;:@{}!?<>[].
	TrackingID string
	// Sender is as in TextMessage.
	Sender Sender
	// QuickReplies are as in TextMessage.
	QuickReplies []Action
}

// Video returns a video message.
func Video(url, previewURL string) VideoMessage {
	return VideoMessage{URL: url, PreviewURL: previewURL}
}

// WithTracking returns a copy that tells the bot when the video was seen to its end.
func (m VideoMessage) WithTracking(id string) VideoMessage {
	m.TrackingID = id
	return m.Quick()
}

// WithSender returns a copy that shows another name and icon.
func (m VideoMessage) WithSender(name, iconURL string) VideoMessage {
	m.Sender = Sender{Name: name, IconURL: iconURL}
	return m.Quick()
}

// Quick returns a copy with further quick replies.
func (m VideoMessage) Quick(replies ...Action) VideoMessage {
	m.QuickReplies = withQuick(m.QuickReplies, replies)
	return m
}

// AppendJSON implements transport.Message. The error is always nil.
func (m VideoMessage) AppendJSON(b []byte, mark string) ([]byte, error) {
	b = append(b, `{"type":"video","originalContentUrl":`...)
	b = write.Text(b, m.URL)
	b = write.Text(write.Name(b, "previewImageUrl"), m.PreviewURL)
	b = write.Field(b, "trackingId", m.TrackingID)
	return appendEnd(b, m.Sender, m.QuickReplies, mark), nil
}

// Validate implements transport.Message. It returns *LimitError values, joined. It does not
// fetch the video.
func (m VideoMessage) Validate() error { return validate(m) }

func (m VideoMessage) check(c *checker) {
	c.RequiredURL("originalContentUrl", m.URL)
	c.RequiredURL("previewImageUrl", m.PreviewURL)
	c.Units("trackingId", m.TrackingID, maxTrackingID)
	if strings.Trim(m.TrackingID, trackingChars) != "" {
		c.Broken("trackingId", "a character that LINE does not take")
	}
	c.end(m.Sender, m.QuickReplies)
}

const trackingChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.=,+*()%$&;:@{}!?<>[]"

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
