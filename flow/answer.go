package flow

import (
	"context"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Answer is what a parser reads: see Question and package flow/answer.
type Answer struct {
	// Text is the text as it was typed, without mentions of the bot, the value that was picked (2026-12-05, 19:00 or
	// 2026-12-05T19:00), or the data of the button that was tapped. It is empty for anything else, such
	// as a photo.
	Text string
	// Event is what happened. It is not to be changed.
	Event *transport.Event
	// Now is the time of the turn, in the bot's zone.
	Now time.Time

	language func(context.Context) string
}

// Language returns the user's language, such as "ja" or "en-GB" (BCP 47); empty if it is not known.
func (a *Answer) Language(ctx context.Context) string {
	if a.language == nil {
		return ""
	}
	return a.language(ctx)
}
