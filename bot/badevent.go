package bot

import (
	"fmt"
	"strings"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// check returns an error for the first event that could not be run, because it was made by hand with a
// mistake. It is for events that the bot's author passes to Receive. The events of a webhook are not
// checked: the channel has decoded them.
func (in *intake) check(events []transport.Event) error {
	for i := range events {
		if why := in.fault(&events[i]); why != "" {
			return fmt.Errorf("%w: event %d of %d: %s", ErrBadEvent, i+1, len(events), why)
		}
	}
	return nil
}

// fault says what is wrong with an event, without any of its content. It returns "" if all is well. An
// event is stored as its Raw, so what Decode reads from Raw must be the event again.
func (in *intake) fault(e *transport.Event) string {
	switch {
	case e.ID == "":
		return "no ID"
	case len(e.ID) > session.MaxEventID:
		return fmt.Sprintf("an ID of more than %d bytes", session.MaxEventID)
	case len(e.Raw) == 0:
		return "no Raw"
	case len(e.Raw) > session.MaxEvent:
		return fmt.Sprintf("a Raw of more than %d bytes", session.MaxEvent)
	case strings.HasPrefix(e.ID, signalID):
		return "an ID as those of signals, which only the bot makes"
	}
	if !in.accounts.serves(e.Source.Channel) {
		return "its Source names an account that the bot does not serve"
	}
	again, err := in.channel.Decode(e.Source.Channel, e.Raw)
	switch {
	case err != nil:
		return "the channel cannot decode its Raw"
	case again.ID != e.ID:
		return "its Raw has another ID"
	case isMade(again.Kind):
		return "its Raw is of kind " + again.Kind.String() + ", which only the bot makes"
	case again.Kind != e.Kind:
		return "its Raw is of kind " + again.Kind.String() + ", not " + e.Kind.String()
	case again.Source != e.Source:
		return "its Raw has another Source"
	}
	if _, ok := session.KeyOf(e.Source, in.o.Scope); !ok && !chatless(e.Kind) {
		return "its Source names no chat"
	}
	return ""
}

// chatless reports whether events of the kind are about the bot's account. They belong to no chat, and
// Receive leaves them out without an error.
func chatless(k transport.Kind) bool {
	switch k {
	case transport.KindModule, transport.KindActivated, transport.KindDeactivated, transport.KindBotSuspended,
		transport.KindBotResumed, transport.KindDelivery:
		return true
	default:
		return false
	}
}
