package line

import (
	"encoding/json"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Details is what LINE says in an event beyond a transport.Event. Fields that the event does not
// have are empty. Package transport/line/sdk gives all of an event.
type Details struct {
	// QuoteToken lets a message quote this one: see TextMessage.WithQuote.
	QuoteToken string
	// MarkAsReadToken is for Channel.MarkAsRead.
	MarkAsReadToken string
	// External says that a picture, video or audio is not with LINE but somewhere else, at an
	// address that the sender chose. Do not fetch it: it may be one inside your own network.
	External bool
	// LinkNonce is the nonce of an account link, and Linked whether the link was made.
	LinkNonce string
	Linked    bool
	// Members are the ids of those who joined or left a group or room.
	Members []string
}

// wireDetails is the part of an event object that Details is made from.
type wireDetails struct {
	Message struct {
		QuoteToken      string `json:"quoteToken"`
		MarkAsReadToken string `json:"markAsReadToken"`
		ContentProvider struct {
			Type string `json:"type"`
		} `json:"contentProvider"`
	} `json:"message"`
	Link struct {
		Result string `json:"result"`
		Nonce  string `json:"nonce"`
	} `json:"link"`
	Joined, Left struct {
		Members []struct {
			UserID string `json:"userId"`
		} `json:"members"`
	}
}

// DetailsOf reads the details of an event from its Raw. What is not there, or not as LINE
// documents it, is left empty, except for External: a provider that is not LINE is external.
func DetailsOf(e *transport.Event) Details {
	var w wireDetails
	_ = json.Unmarshal(e.Raw, &w) // it keeps what it could read
	provider := w.Message.ContentProvider.Type
	d := Details{
		QuoteToken: w.Message.QuoteToken, MarkAsReadToken: w.Message.MarkAsReadToken,
		External:  provider != "" && provider != "line",
		LinkNonce: w.Link.Nonce, Linked: w.Link.Result == "ok",
	}
	for _, m := range append(w.Joined.Members, w.Left.Members...) {
		if m.UserID != "" {
			d.Members = append(d.Members, m.UserID)
		}
	}
	return d
}
