package line

// StickerMessage is a sticker of LINE's list of stickers that bots may send:
// https://developers.line.biz/en/docs/messaging-api/sticker-list/.
type StickerMessage struct {
	// PackageID and StickerID name the sticker. They are decimal numbers.
	PackageID, StickerID string
	// QuickReplies are as in TextMessage.
	QuickReplies []Action
}

// Sticker returns a sticker message.
func Sticker(packageID, stickerID string) StickerMessage {
	return StickerMessage{PackageID: packageID, StickerID: stickerID}
}

// Quick returns a copy with further quick replies.
func (m StickerMessage) Quick(replies ...Action) StickerMessage {
	m.QuickReplies = withQuick(m.QuickReplies, replies)
	return m
}

// AppendJSON implements transport.Message. The error is always nil.
func (m StickerMessage) AppendJSON(b []byte, tag string) ([]byte, error) {
	b = append(b, `{"type":"sticker","packageId":`...)
	b = appendText(b, m.PackageID)
	b = appendText(appendName(b, "stickerId"), m.StickerID)
	return appendQuick(b, m.QuickReplies, tag), nil
}

// Validate implements transport.Message. It returns *LimitError values, joined. It does not
// know which stickers exist.
func (m StickerMessage) Validate() error {
	var c checker
	c.required("packageId", m.PackageID)
	c.required("stickerId", m.StickerID)
	c.quick(m.QuickReplies)
	return c.err()
}
