package webhook

import (
	"encoding/json"
	"slices"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/textlen"
)

// fill sets what the message of an event holds beyond its text: a place, a sticker, a file, mentions, a
// quote, an image set. What is not there, or not as LINE documents it, is left empty, and costs nothing
// else of the event. A text without a mention and without a quote has nothing of this, and is not read
// again.
func (f *fields) fill(ev *transport.Event) {
	if ev.Kind == transport.KindImage && ev.MessageID != "" {
		ev.Images = []string{ev.MessageID}
	}
	switch ev.Kind {
	case transport.KindLocation, transport.KindSticker, transport.KindFile:
	default:
		if !f.hasMore {
			return
		}
	}
	var m object
	_ = json.Unmarshal(f.message, &m) // it was read before, as an object
	ev.Quoted = lenient[string](m, "quotedMessageId")
	switch ev.Kind {
	case transport.KindText, transport.KindEdited:
		ev.Mentions = mentionsIn(m, ev.Text)
	case transport.KindImage:
		ev.Set = imageSetOf(m)
	case transport.KindLocation:
		ev.Location = &transport.Location{
			Title: lenient[string](m, "title"), Address: lenient[string](m, "address"),
			Latitude: lenient[float64](m, "latitude"), Longitude: lenient[float64](m, "longitude"),
		}
	case transport.KindSticker:
		ev.Sticker = &transport.Sticker{
			PackageID: lenient[string](m, "packageId"), ID: lenient[string](m, "stickerId"),
			Keywords: keywordsOf(m), Text: lenient[string](m, "text"),
		}
	case transport.KindFile:
		ev.File = &transport.File{Name: lenient[string](m, "fileName"), Size: max(0, lenient[int64](m, "fileSize"))}
	}
}

// lenient reads one member. It is zero if it is absent, null or of another type.
func lenient[T any](o object, key string) (v T) {
	_ = json.Unmarshal(o[key], &v) // what cannot be read stays zero
	return v
}

// keywordsOf returns the keywords of a sticker that are texts.
func keywordsOf(m object) []string {
	words := lenient[[]string](m, "keywords") // what is no text is empty
	words = slices.DeleteFunc(words, func(s string) bool { return s == "" })
	if len(words) == 0 {
		return nil
	}
	return words
}

// imageSetOf returns the set that a photo belongs to, or nil. A number of photos that cannot be right
// counts as none: LINE for Android up to 11.15 gives none either.
func imageSetOf(m object) *transport.ImageSet {
	o := lenient[object](m, "imageSet")
	set := transport.ImageSet{ID: lenient[string](o, "id"), Index: lenient[int](o, "index"), Total: lenient[int](o, "total")}
	if set.ID == "" {
		return nil
	}
	if set.Index < 1 || set.Index > set.Total {
		set.Index, set.Total = 0, 0
	}
	return &set
}

// mentionsIn returns the mentions in a text. One that does not lie within the text has no place, but it
// is one.
func mentionsIn(m object, text string) []transport.Mention {
	list := lenient[[]json.RawMessage](lenient[object](m, "mention"), "mentionees")
	var mentions []transport.Mention
	units := textlen.UTF16(text)
	for _, raw := range list {
		o := lenient[object](object{"": raw}, "")
		if o == nil {
			continue
		}
		mention := transport.Mention{
			Index: lenient[int](o, "index"), Length: lenient[int](o, "length"), UserID: lenient[string](o, "userId"),
			All: lenient[string](o, "type") == "all", Self: lenient[bool](o, "isSelf"),
		}
		if mention.Index < 0 || mention.Index > units || mention.Length < 0 || mention.Length > units-mention.Index {
			mention.Index, mention.Length = 0, 0
		}
		mentions = append(mentions, mention)
	}
	return mentions
}
