package flowtest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
)

// shown is what one chat shows.
type shown struct {
	messages []message // of the bot, the oldest first; among them switches of the menu
	taken    int       // how many of them take returned
	quick    bool      // the quick replies of the last message are still there
	events   int       // how many the user made happen
	last     transport.Event
	lastID   string // of the user's last message
}

// show adds what the bot sent.
func (s *shown) show(msgs []message) {
	for _, m := range msgs {
		m.at, m.events = time.Now(), s.events
		m.id = fmt.Sprintf("sent-%d", len(s.messages)+1)
		s.messages = append(s.messages, m)
		s.quick = s.quick || !m.menu
	}
}

// did notes what the user did. Quick replies go when the user sends a message:
// https://developers.line.biz/en/docs/messaging-api/using-quick-reply/#quick-reply-buttons-disappear
func (s *shown) did(e transport.Event) {
	s.last = e
	s.events++
	if e.Kind.IsMessage() {
		s.lastID = e.MessageID
		s.quick = false
	}
}

// take returns the messages since the last call. Quick replies that a further message took away
// at once are left out: nobody saw them.
func (s *shown) take() []message {
	msgs := slices.Clone(s.messages[s.taken:])
	s.taken = len(s.messages)
	var next *message
	for i := range slices.Backward(msgs) {
		m := &msgs[i]
		if m.menu {
			continue
		}
		if next != nil && next.events == m.events && next.at.Sub(m.at) < time.Second {
			m.Quick.Items = nil
		}
		next = m
	}
	return msgs
}

// newest returns the place of the last message, or -1 if there is none.
func (s *shown) newest() int {
	for i, m := range slices.Backward(s.messages) {
		if !m.menu {
			return i
		}
	}
	return -1
}

// offers returns what can be tapped in the message at a place: its buttons, and if it is the last
// one, its quick replies.
func (s *shown) offers(at int) []action {
	if s.quick && at == s.newest() {
		return append(s.messages[at].buttons(), s.messages[at].quickReplies()...)
	}
	return s.messages[at].buttons()
}

// tap returns the nth button with the label in the newest message that has one, and what happens when the
// user taps it. nth counts from 1; value is what the user picks.
func (s *shown) tap(label string, nth int, value string) (action, transport.Event, error) {
	a, err := s.button(label, nth)
	if err != nil {
		return a, transport.Event{}, err
	}
	e, err := a.event(value)
	if err != nil {
		return a, e, fmt.Errorf("button %q: %w", label, err)
	}
	if a.quick || a.bubble() {
		s.quick = false
	}
	return a, e, nil
}

func (s *shown) button(label string, nth int) (action, error) {
	for i := range slices.Backward(s.messages) {
		var same []action
		for _, a := range s.offers(i) {
			if a.Label == label {
				same = append(same, a)
			}
		}
		if len(same) >= nth {
			return same[nth-1], nil
		}
		if len(same) > 0 {
			return action{}, fmt.Errorf("no button %q #%d: the newest message with that label has %d of them\n%s",
				label, nth, len(same), s.offered())
		}
	}
	for _, m := range s.messages {
		for _, a := range m.quickReplies() {
			if a.Label == label {
				return action{}, fmt.Errorf("the quick reply %q is gone: LINE takes quick replies away when one of "+
					"them is tapped, and when the bot or the user sends a message\n%s", label, s.offered())
			}
		}
	}
	return action{}, fmt.Errorf("no button %q in the chat\n%s", label, s.offered())
}

// offered says what can be tapped now, as a transcript taps it: the newest message first, and without
// the buttons of old messages whose label a newer one has.
func (s *shown) offered() string {
	var all []string
	newer := map[string]bool{}
	for i := range slices.Backward(s.messages) {
		same := map[string]int{}
		for _, a := range s.offers(i) {
			if a.Label == "" || newer[a.Label] {
				continue
			}
			same[a.Label]++
			tap := "[" + a.Label + "]"
			if n := same[a.Label]; n > 1 {
				tap += fmt.Sprintf(" #%d", n)
			}
			all = append(all, tap)
		}
		for label := range same {
			newer[label] = true
		}
	}
	if len(all) > 0 {
		return "offered now, the newest first: " + strings.Join(all, " ")
	}
	if i := s.newest(); i >= 0 {
		return "nothing is offered now; the last message is: " + s.messages[i].String()
	}
	return "the bot has sent no message yet"
}
