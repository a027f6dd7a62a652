package bot

import (
	"encoding/binary"
	"errors"
	"slices"

	"github.com/kaiwa-go/kaiwa/flow"
)

// A session may have several conversations. One is active: it is asked first, and its menu is shown. The others
// are suspended, and wait for it to end. For example: in the middle of a booking the user says "lunch", and then
// asks the FAQ "allergies", which asks a question itself:
//
//	0   faq       active
//	1   lunch     suspended: it is active when faq ends
//	2   booking   suspended: it is active when lunch ends
//
// A suspended conversation keeps its state, its data and the buttons that it showed. Its idle time stands still:
// its timers of idle time are gone, and begin anew when it is active again. Its other timers go on.

// maxStack is how many conversations a session may have. One more ends the lowest.
const maxStack = 8

// errManyConversations is why a conversation that was set aside does not come back.
var errManyConversations = flow.Permanent(errors.New("bot: the session has as many conversations as it may have"))

// depth is how many conversations there are.
func (r *record) depth() int {
	if r.flow == "" {
		return 0
	}
	return 1 + len(r.below)
}

// at returns the ith conversation, the active one being 0. It must not be changed but by the methods below.
func (r *record) at(i int) *conversation {
	if i == 0 {
		return &r.conversation
	}
	return &r.below[i-1]
}

// insert puts a conversation in the ith place: those from there on are lower by one. Above those, nothing is
// active any more.
func (r *record) insert(i int, c conversation) {
	r.timers = slices.Clone(r.timers)
	for k := range r.timers {
		if t := &r.timers[k]; t.flow == "" && t.of >= i {
			t.of++
		}
	}
	if r.flow == "" {
		r.conversation = c
		return
	}
	all := slices.Insert(r.conversations(), i, c)
	r.conversation, r.below = all[0], all[1:]
	r.timers = slices.DeleteFunc(r.timers, func(t timer) bool {
		return t.idle() && t.of > 0
	})
}

// remove takes the ith conversation out, with its timers. It returns these.
func (r *record) remove(i int) (c conversation, own []timer) {
	var rest []timer
	for _, t := range r.timers {
		switch {
		case t.flow == "" && t.of == i:
			own = append(own, t)
			continue
		case t.flow == "" && t.of > i:
			t.of--
		}
		rest = append(rest, t)
	}
	r.timers = rest
	all := r.conversations()
	c = all[i]
	all = slices.Delete(all, i, i+1)
	if len(all) == 0 {
		r.conversation, r.below = conversation{}, nil
	} else {
		r.conversation, r.below = all[0], all[1:]
	}
	return c, own
}

// raise makes the ith conversation the active one.
func (r *record) raise(i int) {
	if i == 0 {
		return
	}
	c, own := r.remove(i)
	r.insert(0, c)
	for _, t := range own {
		t.of = 0
		r.timers = append(r.timers, t)
	}
}

// put replaces the ith conversation.
func (r *record) put(i int, c conversation) {
	if i > 0 {
		r.below = slices.Clone(r.below)
	}
	*r.at(i) = c
}

// names reports whether the two characters of a mark name a conversation of the session of that id, or one that
// is over and whose reminders wait.
func (r *record) names(id, chars string) bool {
	return slices.ContainsFunc(r.conversations(), func(c conversation) bool {
		return conversationOf(unpackMark(id, c.mark)) == chars
	}) || slices.ContainsFunc(r.timers, func(t timer) bool { return t.key == chars })
}

// conversations returns a copy of all of them.
func (r *record) conversations() []conversation {
	if r.flow == "" {
		return nil
	}
	return append([]conversation{r.conversation}, r.below...)
}

// stacked reports whether the record has what only its latest layout can hold.
func (r *record) stacked() bool {
	return len(r.below) > 0 || r.lost || r.owed != owesNothing ||
		slices.ContainsFunc(r.timers, func(t timer) bool { return t.key != "" })
}

// owing packs what the active conversation owes, and whether one was lost.
func (r *record) owing() byte {
	if r.lost {
		return byte(r.owed) | lostBit
	}
	return byte(r.owed)
}

func appendConversations(b []byte, all []conversation) []byte {
	b = binary.AppendUvarint(b, uint64(len(all)))
	for i := range all {
		c := &all[i]
		b = appendString(appendString(appendString(b, c.flow), c.state), c.mark)
		b = append(appendString(appendString(b, c.data), c.trail), byte(c.owed))
	}
	return b
}

// conversations reads what appendConversations wrote.
func (d *decoder) conversations() []conversation {
	n := d.uvarint()
	if n >= maxStack {
		d.fail()
	}
	var all []conversation
	for range n {
		c := conversation{flow: d.string(), state: d.string(), mark: d.string(), data: d.bytes(), trail: d.bytes()}
		if c.owed = owed(d.byte()); c.owed > owesEntry || c.flow == "" {
			d.fail()
		}
		all = append(all, c)
	}
	if d.bad {
		return nil
	}
	return all
}

// belongs reads the key of a reminder, or to which conversation a timer belongs.
func (d *decoder) belongs(t *timer, below int) {
	if t.flow != "" {
		t.key = d.string()
		return
	}
	of := d.uvarint()
	if of > uint64(below) {
		d.fail()
	}
	t.of = int(of)
}
