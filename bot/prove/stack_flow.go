package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"regexp"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// A bot of several conversations has stackFlows flows that are alike, and one that answers all that these do
// not take. A word of a user starts one, which suspends the conversation that is active:
//
//	"f3"     starts the flow f3, or brings back its conversation
//	"next"   in a: goes on to b; in b: back to a
//	"done"   in b: the conversation ends, and the one below is asked again
//	"plain"  the flow hello answers, and the active question is asked again
//	a tap    on a button of a or b: as "next"
//
// Each conversation counts its actions, as the flow of the other rows counts events, and tells what it does.
const stackFlows = 10

// Idle time ends the conversations of every fourth flow. The others have a nudge, which stays.
const (
	nudgeAfter = time.Second
	lapseAfter = 1500 * time.Millisecond
)

// The kinds of events of a bot of several conversations, besides the names of its flows and kindPlain.
const (
	kindNext = "next"
	kindDone = "done"
	kindTap  = "tap"
	kindMore = "more"
)

// frame is the data of such a conversation.
type frame struct {
	Conv  string // the turn that began it
	N     int    // how many actions it had
	Hash  string // over the runs of these that were committed
	Due   int64  // when the timer of its state is due, in ms; 0 for none
	Later int64  // when its reminder is due
	Done  bool   `json:",omitempty"` // the answer to the question of b
}

// word is a message of such a bot.
type word struct {
	Turn, What, Flow, State, Conv string
	N                             int
	Before, Hash                  string
	Due, Later                    int64 `json:",omitempty"`
	Now                           int64 // the turn's time

	// What LINE's part notes.
	button string // the data of the message's button; empty for none
	at     time.Time
}

// What a word tells.
const (
	saidBegin = "begin" // of actions, which the conversation counts
	saidNext  = "next"
	saidDone  = "done"
	saidLate  = "late" // of the timer of a state
	saidNudge = "nudge"
	saidPaid  = "paid"  // of a signal, which leaves the conversation where it is
	saidMoved = "moved" // of a signal that leads on
	saidLapse = "lapse"
	saidExit  = "exit"
	saidEnter = "enter"
	saidAsk   = "ask"
	saidLater = "later" // of the reminder
	saidHello = "hello"
	saidLost  = "lost" // a conversation that the build cannot read
	saidOver  = "over" // a tap on a button of a conversation that is over
)

func (w word) String() string {
	b, _ := json.Marshal(w)
	return string(b)
}

// parseWord reads a message. It returns an error if it is no word.
func parseWord(s string) (w word, err error) {
	if !strings.HasPrefix(s, "{") {
		return w, errors.New("prove: no word")
	}
	return w, json.Unmarshal([]byte(s), &w)
}

func stackFlow(n int) string { return fmt.Sprintf("f%d", n) }

// saying triggers on an event of a kind, whatever its number.
func saying(kind string) flow.Trigger {
	return flow.TextLike(regexp.MustCompile(`^\d+ ` + kind + ` `))
}

// A later build knows more than the first: a flow, f10; a state of f0, to which "more" leads; and a
// migration of the data of f2, so that the first build cannot read what the later one wrote.
const (
	moreBuild = 2
	goneBuild = 3 // that has no flow f4
	moreFlow  = stackFlows
	moreState = 0
	moreData  = 2
	goneFlow  = 4 // it has no timers
)

// stacking returns the flows of a bot of several conversations.
func stacking(a actions, build int) (flows []*flow.Flow, err error) {
	all := stackFlows
	if build == moreBuild {
		all = moreFlow + 1
	}
	for n := range all {
		if build == goneBuild && n == goneFlow {
			continue
		}
		f, err := stackOne(a, n, build)
		if err != nil {
			return nil, err
		}
		flows = append(flows, f)
	}
	hello := flow.New[frame]("hello")
	hello.Start(saying(".*")).Do(func(_ context.Context, t *flow.Turn[frame]) error {
		tell(t, "hello", saidHello)
		return nil
	}).End()
	f, err := hello.Build()
	return append(flows, f), err
}

func stackOne(a actions, n, build int) (*flow.Flow, error) {
	name := stackFlow(n)
	did := func(what string) flow.Action[frame] {
		return func(ctx context.Context, t *flow.Turn[frame]) error {
			advance(t, name, what)
			return a.work(ctx)
		}
	}
	says := func(what string) flow.Action[frame] {
		return func(_ context.Context, t *flow.Turn[frame]) error {
			tell(t, name, what)
			return nil
		}
	}
	due := func(t *flow.Turn[frame]) time.Time { return optional(t.Data.Due) }
	later := func(t *flow.Turn[frame]) time.Time { return optional(t.Data.Later) }
	done := flow.Question(says(saidAsk), readDone, func(d *frame) *bool { return &d.Done })
	b := flow.New[frame](name)
	b.Start(saying(name)).Do(did(saidBegin)).Remind("later", later, says(saidLater)).To("a")
	b.In("a").Enter(says(saidAsk)).Exit(says(saidExit)).
		On(saying(kindNext), flow.Postback(kindNext)).Do(did(saidNext)).To("b").
		On(flow.Signal(saidMoved)).When(mine, isFor(name)).Do(did(saidMoved)).To("b").
		At(due).Do(did(saidLate)).To("b")
	b.In("b").Enter(says(saidEnter)).Exit(says(saidExit)).Ask(done).Do(did(saidDone)).End().
		On(saying(kindNext), flow.Postback(kindNext)).Do(did(saidNext)).To("a").
		On(flow.Signal(saidMoved)).When(mine, isFor(name)).Do(did(saidMoved)).To("a").
		At(due).Do(did(saidLate)).End()
	b.InAny().On(flow.Signal(saidPaid)).When(mine, isFor(name)).Do(did(saidPaid)).Stay()
	if build == moreBuild && n == moreState {
		b.In("a", "b").On(saying(kindMore)).Do(did(saidNext)).To("c")
		b.In("c").Enter(says(saidAsk)).Exit(says(saidExit)).
			On(saying(kindNext), flow.Postback(kindNext)).Do(did(saidNext)).To("a").
			At(due).Do(did(saidLate)).To("b")
	}
	if build == moreBuild && n == moreData {
		b.Migrate(flow.Migration(func(old frame) (frame, error) { return old, nil }))
	}
	switch {
	case n == goneFlow:
	case !lapses(n):
		b.InAny().After(nudgeAfter).Do(did(saidNudge)).Stay()
	default:
		b.InAny().After(lapseAfter).Do(did(saidLapse)).End()
	}
	return b.Build()
}

// lapses says whether the nth flow ends by idle time.
func lapses(n int) bool { return n%4 == 1 }

// paidFor is the payload of signals: which flow a signal is for.
type paidFor struct{ Flow string }

const mine = "it is for this flow"

func isFor(name string) flow.Guard[frame] {
	return func(t *flow.Turn[frame]) bool {
		var p paidFor
		return t.Payload(&p) == nil && p.Flow == name
	}
}

// readDone is the parser of b's question.
func readDone(_ context.Context, a *flow.Answer) (bool, error) {
	if strings.Contains(a.Text, " "+kindDone+" ") {
		return true, nil
	}
	return false, flow.Reject()
}

func optional(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// advance counts an action. Most begin the time of the state that comes next.
func advance(t *flow.Turn[frame], name, what string) {
	d, before, now := &t.Data, t.Data.Hash, t.Now().UnixMilli()
	soon := func() int64 { return (now + 700 + rand.Int64N(3000)) / 500 * 500 } // round times: some are equal
	if what == saidBegin {
		d.Conv, d.Later = t.ID(), soon()
	}
	timeless := name == stackFlow(goneFlow)
	if timeless {
		d.Later = 0
	}
	d.N++
	h := fnv.New64a()
	fmt.Fprint(h, before, d.N, rand.Uint64()) // differs from run to run
	d.Hash = fmt.Sprintf("%012x", h.Sum64()>>16)
	if what != saidNudge && what != saidPaid {
		d.Due = 0
		if rand.IntN(3) > 0 && !timeless {
			d.Due = soon()
		}
	}
	w := wordOf(t, name, what)
	w.Before = before
	t.Send(line.Text(w.String()))
}

// tell says what becomes of the conversation, and changes nothing. A question has a button.
func tell(t *flow.Turn[frame], name, what string) {
	m := line.TextMessage{Text: wordOf(t, name, what).String()}
	if what == saidAsk {
		m.QuickReplies = []line.Action{line.Postback(kindNext, kindNext)}
	}
	t.Send(m)
}

func wordOf(t *flow.Turn[frame], name, what string) word {
	d := &t.Data
	return word{
		Turn: t.ID(), What: what, Flow: name, State: string(t.State()), Conv: d.Conv, N: d.N, Hash: d.Hash,
		Due: d.Due, Later: d.Later, Now: t.Now().UnixMilli(),
	}
}
