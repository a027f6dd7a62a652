package line

import (
	"encoding/json"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
)

// wireCommon is what all messages have in JSON. The names are LINE's but for their case, which
// encoding/json does not mind.
type wireCommon struct {
	Type       *string
	Sender     *Sender
	QuickReply struct{ Items []wireQuick }
}

type wireQuick struct {
	ImageURL string
	Action   *rawAction
}

// wireMessage is a message of any type in JSON.
type wireMessage struct {
	wireCommon
	QuoteToken string

	Text         string
	Emojis       []wireEmoji
	Substitution map[string]*wireSubstitution

	PackageID, StickerID                string
	OriginalContentURL, PreviewImageURL string
	TrackingID                          string
	Duration                            int64
	Title, Address                      string
	Latitude, Longitude                 *float64
	CouponID, DeliveryTag               string

	AltText  string
	Contents json.RawMessage
	Template *wireTemplate

	BaseURL  string
	BaseSize struct{ Width, Height int }
	Video    *wireVideo
	Actions  []*rawAction
}

type wireEmoji struct {
	Index              int
	ProductID, EmojiID string
}

type wireSubstitution struct {
	Type, ProductID, EmojiID string
	Mentionee                struct{ Type, UserID string }
}

type wireVideo struct {
	OriginalContentURL, PreviewImageURL string
	Area                                Area
	ExternalLink                        struct{ LinkURI, Label string }
}

type wireTemplate struct {
	Type             string
	ImageAspectRatio ImageAspect
	ImageSize        ImageSize
	Columns          []wireColumn
	wireColumn
}

type wireColumn struct {
	Title, Text          string
	ThumbnailImageURL    string
	ImageBackgroundColor string
	ImageURL             string
	DefaultAction        *rawAction
	Actions              []*rawAction
	Action               *rawAction
}

func (w *wireCommon) sender() Sender {
	if w.Sender == nil {
		return Sender{}
	}
	return *w.Sender
}

func (w *wireCommon) quick() []Action { return mapped(w.QuickReply.Items, wireQuick.value) }

func (q wireQuick) value() Action {
	if q.ImageURL == "" {
		return q.Action.orNil()
	}
	return IconAction{q.ImageURL, q.Action.orNil()}
}

// mapped returns nil for an empty slice, as the constructors do.
func mapped[S, T any](from []S, f func(S) T) []T {
	var to []T
	for _, v := range from {
		to = append(to, f(v))
	}
	return to
}

func (e wireEmoji) value() TextEmoji {
	return TextEmoji{e.Index, EmojiSubstitution{e.ProductID, e.EmojiID}}
}

// otherSubstitution is one that has no type of its own here. It is only checked.
type otherSubstitution struct{ wire wireSubstitution }

func (otherSubstitution) appendSubstitution(b []byte) []byte { return append(b, "null"...) }

func (s otherSubstitution) checkSubstitution(c *checker) {
	if s.wire.Type == "mention" && s.wire.Mentionee.Type == "" {
		c.Broken("mentionee", check.RuleRequired)
	}
}

func (s *wireSubstitution) value() Substitution {
	switch {
	case s == nil:
		return nil
	case s.Type == "emoji":
		return EmojiSubstitution{s.ProductID, s.EmojiID}
	case s.Type == "mention" && s.Mentionee.Type == "user":
		return UserMention{s.Mentionee.UserID}
	case s.Type == "mention" && s.Mentionee.Type == "all":
		return AllMention{}
	}
	return otherSubstitution{*s}
}

func (v *wireVideo) value() ImagemapVideo {
	if v == nil {
		return ImagemapVideo{}
	}
	return ImagemapVideo{
		v.OriginalContentURL, v.PreviewImageURL, v.Area, v.ExternalLink.LinkURI, v.ExternalLink.Label,
	}
}
