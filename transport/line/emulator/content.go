package emulator

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Upload is a file that a user sends.
type Upload struct {
	// Kind is the type of the message: "image", "video", "audio" or "file".
	Kind string
	// Type is the media type that the bot gets the bytes with, such as "image/png". Default: what
	// Data looks like.
	Type string
	// Data are the bytes. Do not write to them afterwards.
	Data []byte
	// Preview is the preview of an image or a video, as Data is. Default: Data for an image, a small
	// picture for a video.
	Preview []byte
	// Name is the name of a file.
	Name string
	// Duration is the length of a video or an audio, if it is known.
	Duration time.Duration
	// Broken makes the preparation of a video or an audio fail.
	Broken bool
	// URL and PreviewURL, if set, say where else an image, a video or an audio is: the bot cannot
	// get it from LINE.
	URL, PreviewURL string
}

// content is what a bot can get of a message.
type content struct {
	Upload
	born time.Time // zero once it is forgotten: LINE has it no more
}

// pixel is a picture of one transparent point.
var pixel, _ = base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42" +
	"mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==")

var uploadLabels = map[string]string{"image": "Photo", "video": "Video", "audio": "Audio", "file": "File"}

// Image sends a small picture. Errors: ErrUnknownUser, ErrBlocked, ErrWebhook.
func (p *Platform) Image(ctx context.Context, user string) (Delivery, error) {
	return p.Upload(ctx, user, Upload{Kind: "image", Data: pixel})
}

// Upload sends a file. A bot gets the bytes of a video or an audio after Options.JobTime, of others
// at once. Errors: ErrUnknownUser, ErrBlocked, ErrBadInput for an unknown kind or a file without a
// name, ErrWebhook.
func (p *Platform) Upload(ctx context.Context, user string, u Upload) (Delivery, error) {
	return p.upload(ctx, user, u, nil)
}

// Album sends several images at once: one event each, in an image set. One image alone is in none.
// If one fails, such as its webhook, the others are sent all the same. Errors: the first of those of Upload.
func (p *Platform) Album(ctx context.Context, user string, images ...Upload) ([]Delivery, error) {
	for _, u := range images {
		if u.Kind != "image" {
			return nil, fmt.Errorf("%w: an album holds images", ErrBadInput)
		}
	}
	id := strings.ToUpper(randomHex(32))
	var list []Delivery
	var failed error
	for i, u := range images {
		var set map[string]any
		if len(images) > 1 {
			set = map[string]any{"id": id, "index": i + 1, "total": len(images)}
		}
		d, err := p.upload(ctx, user, u, set)
		list = append(list, d)
		if failed == nil {
			failed = err
		}
	}
	return list, failed
}

func (p *Platform) upload(ctx context.Context, user string, u Upload, set map[string]any,
) (Delivery, error) {
	label, ok := uploadLabels[u.Kind]
	if !ok || (u.Kind == "file") != (u.Name != "") || u.Kind == "file" && u.URL != "" {
		return Delivery{}, fmt.Errorf("%w: not a file that can be sent", ErrBadInput)
	}
	if u.Type == "" {
		u.Type = http.DetectContentType(u.Data)
	}
	if u.Preview == nil {
		u.Preview = pixel
		if u.Kind == "image" {
			u.Preview = u.Data
		}
	}
	message := map[string]any{"type": u.Kind}
	switch {
	case u.Kind == "file":
		message["fileName"], message["fileSize"] = u.Name, len(u.Data)
		label += " " + u.Name
	case u.URL != "":
		provider := map[string]any{"type": "external", "originalContentUrl": u.URL}
		if u.PreviewURL != "" {
			provider["previewImageUrl"] = u.PreviewURL
		}
		message["contentProvider"] = provider
	default:
		message["contentProvider"] = map[string]any{"type": "line"}
	}
	if u.Duration > 0 {
		message["duration"] = u.Duration.Milliseconds()
	}
	if set != nil {
		message["imageSet"] = set
	}
	return p.writesFile(ctx, user, message, label, &u)
}

// Unsend takes a message of the user back: the bubble and its content go, and the bot is told.
// Errors: ErrUnknownUser, ErrBlocked, ErrBadInput if the user wrote no such message, ErrWebhook.
func (p *Platform) Unsend(ctx context.Context, user, message string) (Delivery, error) {
	c, u, err := p.present(user)
	if err != nil {
		return Delivery{}, err
	}
	p.mu.Lock()
	i := slices.IndexFunc(c.items, func(it *item) bool {
		return it.ID == message && it.ID != "" && it.Author == u.ID && it.Type != "unsent"
	})
	if i < 0 {
		p.mu.Unlock()
		return Delivery{}, fmt.Errorf("%w: no such message of the user", ErrBadInput)
	}
	old := c.items[i]
	c.items[i] = &item{
		Message: Message{Seq: old.Seq, ID: old.ID, From: FromUser, Author: u.ID, Time: old.Time,
			Type: "unsent", Text: "Message unsent"},
		view: placeholder("Message unsent"),
	}
	if file := p.contents[message]; file != nil {
		file.forget()
	}
	c.epoch++ // what the page shows is no longer the beginning of the chat
	c.touch()
	p.mu.Unlock()
	return p.tell(ctx, c, u, "unsend", map[string]any{"unsend": map[string]any{"messageId": message}})
}

// DropContent makes LINE forget the content of a message, as it does some time after it was sent: the
// bot gets a 410. The bubble stays. It returns ErrBadInput if there is no such content.
func (p *Platform) DropContent(message string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	file := p.contents[message]
	if file == nil || file.URL != "" {
		return fmt.Errorf("%w: no such content", ErrBadInput)
	}
	file.forget()
	return nil
}

// forget leaves no more than that there was something.
func (f *content) forget() { *f = content{Upload: Upload{Kind: f.Kind}} }

// photo is where the page finds the picture of an image, or empty.
func photo(id string, u *Upload) string {
	if u == nil || u.Kind != "image" || u.URL != "" || !slices.Contains(pictureTypes, u.Type) {
		return ""
	}
	return "chat/picture?id=" + url.QueryEscape(id)
}

// pictureTypes are the types of images that the page shows. No other is sent to a browser.
var pictureTypes = []string{"image/png", "image/jpeg", "image/gif", "image/webp"}
