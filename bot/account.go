package bot

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// errElsewhere is why something is left alone: it belongs to an account that the bot does not serve.
var errElsewhere = errors.New("bot: of an account that the bot does not serve")

// elsewhereWait is how long something is left alone that belongs to an account which the bot does not
// serve: between half of it and one and a half. If bots of two accounts find it in turn, the right one
// gets it within a few seconds.
const elsewhereWait = 2 * time.Second

// accounts are those of the bot's channel, each with what is counted of it.
type accounts struct {
	names  []string // sorted
	byName map[string]*counts
	others counts // of sessions of earlier builds, whose ids name no account
}

// init takes the names of the accounts. It returns an error if there is none, or one twice.
func (a *accounts) init(names []string) error {
	if len(names) == 0 {
		return errors.New("bot: the channel has no account")
	}
	a.names, a.byName = slices.Sorted(slices.Values(names)), make(map[string]*counts, len(names))
	for _, name := range a.names {
		if a.serves(name) {
			return fmt.Errorf("bot: the channel has two accounts that are named %q", name)
		}
		a.byName[name] = &counts{}
	}
	return nil
}

func (a *accounts) serves(name string) bool { return a.byName[name] != nil }

// of returns the counts of the account that the session of that id belongs to.
func (a *accounts) of(id string) *counts {
	if c := a.byName[session.Account(id)]; c != nil {
		return c
	}
	return &a.others
}

// about returns what the log says of something that concerns one session. The account is left out if it has
// no name.
func about(id string, more ...any) []any {
	attrs := []any{"session", id}
	if account := session.Account(id); account != "" {
		attrs = []any{"account", account, "session", id}
	}
	return append(attrs, more...)
}

// belongs reports whether events from src are of the session with that id, whatever Options.Scope was
// when the session began. For a bare id, the account need not be in the id.
func belongs(id string, src *transport.Source) bool {
	for scope := session.PerMember; scope <= session.PerUser; scope++ {
		key, ok := session.KeyOf(*src, scope)
		if !ok {
			return false
		}
		if full := key.ID(); full == id || isBare(id) && full[len(full)-session.HashLen:] == id {
			return true
		}
	}
	return false
}

// isBare reports whether an id is one of builds up to November 2026, which had no account before the hash.
func isBare(id string) bool { return len(id) == session.HashLen }

// owner returns the id with the account in it, of a session that an earlier build stored under its bare
// id. What is stored tells the account: outputs and timers name it, and an event has it in the hash. It
// returns false if the account is another's, or cannot be told. If nothing is stored that somebody could
// answer, the bare id is as good.
func (e *env) owner(id string, state []byte, event *session.Event, outs ...session.Output) (full string, ok bool) {
	nothing := true
	try := func(src *transport.Source) {
		if e.accounts.serves(src.Channel) && belongs(id, src) {
			full = src.Channel + "/" + id
		}
	}
	for _, o := range outs {
		var d delivery
		if nothing = false; d.parse(o.Body) == nil {
			try(&d.Source)
		}
	}
	var rec record
	if err := rec.unmarshal(state); err != nil || len(rec.timers) > 0 {
		nothing = false
		try(&rec.source)
	}
	switch {
	case len(event.Body) == 0:
	case isDeadTimer(event):
		nothing = false
		_ = rec.unmarshal(event.Body[1:])
		try(&rec.source)
	case isDeadOutput(event):
		var d delivery
		if nothing = false; d.parse(event.Body) == nil {
			try(&d.Source)
		}
	case isSignal(event):
		nothing = false
		if decoded, err := readSignal(event); err == nil {
			try(&decoded.Source)
		}
	default:
		nothing = false
		for _, account := range e.accounts.names {
			if decoded, err := e.channel.Decode(account, event.Body); err == nil {
				try(&decoded.Source)
			}
		}
	}
	if full != "" {
		return full, true
	}
	return id, nothing
}

// elsewhere notes that something in a session is left alone, as it is another account's, and returns for how
// long.
func (e *env) elsewhere(id string) time.Duration {
	e.stats.elsewhere.Add(1)
	if n := e.leftAlone.note(time.Now()); n > 0 {
		e.o.Logger.Warn("bot: sessions of other accounts left alone", about(id, "count", n)...)
	}
	return elsewhereWait/2 + rand.N(elsewhereWait)
}

// leaveAlone gives back what Begin gave of a session that belongs to another account.
func (r *runner) leaveAlone(ctx context.Context, req *session.BeginRequest, res *session.BeginResult) (err error) {
	wait := r.elsewhere(req.ID)
	if len(res.Outputs) > 0 {
		_, err = r.store.Ack(ctx, &session.AckRequest{ID: req.ID, Token: req.Token, DeliveryLease: wait, Leave: true})
	}
	if res.Status == session.Run {
		err = errors.Join(err, r.store.Release(ctx, &session.ReleaseRequest{ID: req.ID, Token: req.Token, Delay: wait}))
	}
	return err
}

// leaveAlone gives back a session that belongs to another account.
func (h *holder) leaveAlone() (session.Event, bool) {
	h.release(h.elsewhere(h.id), false)
	return session.Event{}, false
}
