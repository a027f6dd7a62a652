package flowtest

import (
	"fmt"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport"
)

// maxPhotos is how many photos a transcript sends together.
const maxPhotos = 50

// botName is how a text mentions the bot, and botID is the bot's user id.
const (
	botName = "@bot"
	botID   = "Uffffffffffffffffffffffffffffffff"
)

// content returns a message that is no text, with what a transcript says of it: the address of a place,
// the package and the number of a sticker, or the name of a file. The title of a place is left out, but for
// that at the address which "(location)" has.
func content(kind, of string) (transport.Event, error) {
	switch kind {
	case "location":
		e := sample(transport.Event{Kind: transport.KindLocation})
		if of != e.Location.Address {
			e.Location.Title, e.Location.Address = "", of
		}
		return e, nil
	case "sticker":
		pack, id, ok := strings.Cut(of, "/")
		if !ok || pack == "" || id == "" {
			return transport.Event{}, fmt.Errorf("malformed sticker %q: its package and its number, such as 446/1988", of)
		}
		return transport.Event{Kind: transport.KindSticker,
			Sticker: &transport.Sticker{PackageID: pack, ID: id}}, nil
	default:
		e := sample(transport.Event{Kind: transport.KindFile})
		e.File.Name = of
		return e, nil
	}
}

// sample fills in the content that a message of this kind has, if it has none.
func sample(e transport.Event) transport.Event {
	switch {
	case e.Kind == transport.KindLocation && e.Location == nil:
		e.Location = &transport.Location{Title: "Tokyo City Hall", Address: "2-8-1 Nishi-Shinjuku, Tokyo",
			Latitude: 35.6896, Longitude: 139.6922}
	case e.Kind == transport.KindSticker && e.Sticker == nil:
		e.Sticker = &transport.Sticker{PackageID: "446", ID: "1988"}
	case e.Kind == transport.KindFile && e.File == nil:
		e.File = &transport.File{Name: "document.pdf", Size: 1000}
	case e.Kind == transport.KindImage && e.Images == nil:
		e.Images = []string{e.MessageID}
	}
	return e
}

// mention returns a text that mentions the bot, which stands in it, as on LINE.
func mention(text string) transport.Event {
	return transport.Event{Kind: transport.KindText, Text: botName + " " + text,
		Mentions: []transport.Mention{{Length: len(botName), UserID: botID, Self: true}}}
}
