package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

// chain is the data of a session: how many events it had, and a hash over the runs of their
// turns that were committed.
type chain struct {
	N    int
	Hash string
	Acct string `json:",omitempty"` // the account of the user's events
	Seq  int    // the event that was counted last
	Due  int64  // when its timer is due, in ms; 0 for none
}

// The kinds of events, as their text names them.
const (
	kindPlain = "plain" // one message
	kindMany  = "many"  // seven, which takes a reply and a push
	kindTimer = "timer" // one, and one later
	kindNap   = "nap"   // one, and one later by a timer of the flow itself
	kindNeedy = "needy" // one, if the database answers
	kindShaky = "shaky" // one, when the database was asked for the fourth time
	kindAgain = "again" // one, after an attempt that failed
)

// The kinds of events that cannot be handled.
const (
	kindPanic = "panic"
	kindFail  = "fail"
	kindKill  = "kill" // the process dies
)

var poisons = [...]string{kindPanic, kindFail, kindKill}

func isPoison(kind string) bool { return slices.Contains(poisons[:], kind) }

// suffer does what a poison does.
func suffer(kind string) error {
	switch kind {
	case kindPanic:
		panic("poison")
	case kindFail:
		return errors.New("prove: poison")
	case kindKill:
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	default:
		return nil
	}
}

const manyMessages = 7

// failsUntil is the age up to which an event fails that is to fail once: before the second attempt.
const failsUntil = 150 * time.Millisecond

// actions are those of the flow that is proved.
type actions struct {
	slow time.Duration // how long they take
	db   database
	// lethal: a timer of the flow kills its process where the database does not answer. Without it, the
	// timer fails.
	lethal bool
}

// counting is the flow that is proved. It counts until the end, but for its naps.
func counting(a actions) (*flow.Flow, error) {
	b := flow.New[chain]("prove")
	b.Start(flow.Text()).To("counting")
	b.In("counting").Enter(a.begin).
		On(flow.Postback("end")).End(). // a flow must have an end
		On(flow.Text()).When("it is a nap", isNap).Do(a.count).To("napping").
		On(flow.Text()).Do(a.count).RemindKey("later", seq, due, a.remind).Stay()
	b.In("napping").
		At(due).Do(a.wake).To("counting").
		On(flow.Text()).Do(a.count).Stay()
	return b.Build()
}

func kindOf(t *flow.Turn[chain]) string {
	words := strings.Fields(t.Event().Text)
	return words[min(1, len(words)-1)]
}

func isNap(t *flow.Turn[chain]) bool { return kindOf(t) == kindNap }

func (a *actions) work(ctx context.Context) error {
	select {
	case <-time.After(a.slow):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// begin answers the first event of a user, and nothing after a nap.
func (a *actions) begin(ctx context.Context, t *flow.Turn[chain]) error {
	if t.Event().Kind == transport.KindTimer {
		return nil
	}
	link(t, false)
	return a.work(ctx)
}

func (a *actions) count(ctx context.Context, t *flow.Turn[chain]) error {
	err := a.work(ctx)
	switch kind := kindOf(t); {
	case err != nil:
	case isPoison(kind):
		err = suffer(kind)
	case kind == kindAgain && time.Since(t.Event().Time) < failsUntil:
		err = errors.New("prove: fails once")
	case kind == kindNeedy:
		err = a.db.ask(ctx, "")
	case kind == kindShaky:
		err = a.db.ask(ctx, t.ID())
	}
	if err == nil {
		link(t, t.State() != "")
	}
	return err
}

// link counts the event and answers it.
func link(t *flow.Turn[chain], timers bool) {
	kind, d, before := "", &t.Data, t.Data.Hash
	d.Seq, d.Due = -1, 0
	_, _ = fmt.Sscanf(t.Event().Text, "%d %s %s", &d.Seq, &kind, &d.Acct)
	d.N++
	h := fnv.New64a()
	fmt.Fprint(h, before, d.Seq, rand.Uint64()) // differs from run to run
	d.Hash = fmt.Sprintf("%012x", h.Sum64()>>16)
	if (kind == kindTimer || kind == kindNap) && timers {
		// Round times, as people choose them, so that some are equal.
		d.Due = (t.Now().UnixMilli() + 500 + int64(d.Seq*137%1000)) / 500 * 500
	}
	n := 1
	if kind == kindMany {
		n = manyMessages
	}
	for i := range n {
		m := answer{Seq: d.Seq, Count: d.N, Part: i + 1, Parts: n, Before: before, Hash: d.Hash, Due: d.Due, Account: d.Acct}
		t.Send(line.Text(m.String()))
	}
}

func due(t *flow.Turn[chain]) time.Time {
	if t.Data.Due == 0 {
		return time.Time{}
	}
	return time.UnixMilli(t.Data.Due)
}

// seq is the key of a reminder: each event sets one of its own.
func seq(t *flow.Turn[chain]) string { return strconv.Itoa(t.Data.Seq) }

// remind is the action of the reminder.
func (a *actions) remind(ctx context.Context, t *flow.Turn[chain]) error {
	if err := a.db.ask(ctx, ""); err != nil {
		return err
	}
	t.Send(line.Text(answer{Timer: true, Seq: t.Data.Seq, Due: t.Data.Due, Account: t.Data.Acct}.String()))
	return nil
}

// wake is the action of the flow's own timer.
func (a *actions) wake(ctx context.Context, t *flow.Turn[chain]) error {
	err := a.remind(ctx, t)
	if err != nil && a.lethal {
		return suffer(kindKill)
	}
	return err
}

// answer is what a message of the bot says.
type answer struct {
	Timer        bool
	Seq          int // the event that is answered, or that armed the timer
	Count        int
	Part, Parts  int
	Before, Hash string
	Due          int64
	Account      string // that the event or the timer was for
}

const (
	answerForm = "event %d count %d part %d/%d before .%s hash .%s due %d for .%s"
	timerForm  = "timer %d due %d for .%s"
)

func (a answer) String() string {
	if a.Timer {
		return fmt.Sprintf(timerForm, a.Seq, a.Due, a.Account)
	}
	return fmt.Sprintf(answerForm, a.Seq, a.Count, a.Part, a.Parts, a.Before, a.Hash, a.Due, a.Account)
}

func parseAnswer(s string) (a answer, err error) {
	// Sscanf cannot read an empty word, so the dots stay with the words.
	if strings.HasPrefix(s, "timer") {
		a.Timer = true
		_, err = fmt.Sscanf(s, strings.ReplaceAll(timerForm, ".%s", "%s"), &a.Seq, &a.Due, &a.Account)
	} else {
		_, err = fmt.Sscanf(s, strings.ReplaceAll(answerForm, ".%s", "%s"),
			&a.Seq, &a.Count, &a.Part, &a.Parts, &a.Before, &a.Hash, &a.Due, &a.Account)
	}
	a.Account = strings.TrimPrefix(a.Account, ".")
	a.Before, a.Hash = strings.TrimPrefix(a.Before, "."), strings.TrimPrefix(a.Hash, ".")
	return a, err
}
