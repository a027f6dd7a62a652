package line

import "github.com/kaiwa-go/kaiwa/transport/line/internal/write"

// StickerMessage is a sticker of LINE's list of stickers that bots may send:
// https://developers.line.biz/en/docs/messaging-api/sticker-list/.
type StickerMessage struct {
	// PackageID and StickerID name the sticker. They are decimal numbers.
	PackageID, StickerID string
	// QuoteToken is as in TextMessage.
	QuoteToken string
	// Sender is as in TextMessage.
	Sender Sender
	// QuickReplies are as in TextMessage.
	QuickReplies []Action
}

// Sticker returns a sticker message.
func Sticker(packageID, stickerID string) StickerMessage {
	return StickerMessage{PackageID: packageID, StickerID: stickerID}
}

// WithQuote returns a copy that quotes the message that the token came with.
func (m StickerMessage) WithQuote(token string) StickerMessage {
	m.QuoteToken = token
	return m.Quick()
}

// WithSender returns a copy that shows another name and icon.
func (m StickerMessage) WithSender(name, iconURL string) StickerMessage {
	m.Sender = Sender{Name: name, IconURL: iconURL}
	return m.Quick()
}

// Quick returns a copy with further quick replies.
func (m StickerMessage) Quick(replies ...Action) StickerMessage {
	m.QuickReplies = withQuick(m.QuickReplies, replies)
	return m
}

// AppendJSON implements transport.Message. The error is always nil.
func (m StickerMessage) AppendJSON(b []byte, mark string) ([]byte, error) {
	b = append(b, `{"type":"sticker","packageId":`...)
	b = write.Text(b, m.PackageID)
	b = write.Text(write.Name(b, "stickerId"), m.StickerID)
	b = write.Field(b, "quoteToken", m.QuoteToken)
	return appendEnd(b, m.Sender, m.QuickReplies, mark), nil
}

// Validate implements transport.Message. It returns *LimitError values, joined. It does not
// know which stickers exist.
func (m StickerMessage) Validate() error { return validate(m) }

func (m StickerMessage) check(c *checker) {
	c.Required("packageId", m.PackageID)
	c.Required("stickerId", m.StickerID)
	c.end(m.Sender, m.QuickReplies)
}
