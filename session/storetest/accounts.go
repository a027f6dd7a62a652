package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// accountChecks are those of what one account must not learn of another.
func accountChecks() []check {
	return []check{
		{"due lists the sessions of the accounts that ask, and of no other", accountsDue},
		{"dead letters belong to an account", accountsLetters},
		{"each caller of wake is woken", accountsWake},
		{"processes are counted for each account", accountsProcesses},
	}
}

// accountNames are as close to each other as names can be: one is empty, one begins another, some have a
// slash where an id has one.
var accountNames = []string{"shop", "", "shop/", "sho", "shop/2", "/shop", "{shop}:w"}

// accountsDue has the same chat in each account, and all of them are due. The first account's session is the
// most overdue, and so on. Each account gets its own session, and others do not count for the limit; some
// accounts together get theirs in order.
//
// It fails for a store that lists sessions first and sorts out the accounts afterwards: with a limit of 1, it
// finds the session of "shop" and nothing else, so that "support" sleeps while a session of its own is due.
func accountsDue(p *probe) {
	// "shop" is due since 60 s, "" since 59 s, and so on down the list of names.
	var ids []string
	now := p.now()
	for i, name := range accountNames {
		ids = append(ids, p.sessionOf(name, "ann"))
		p.arm(ids[i], "e1", now.Add(time.Duration(i-60)*time.Second))
	}
	due := func(limit int, names ...string) []string {
		p.Helper()
		got, _, err := p.store.Due(p.Context(), names, limit, 0)
		p.err("Due", nil, err)
		return append([]string{}, got...)
	}
	for i, name := range accountNames {
		p.same(fmt.Sprintf("Due of account %q", name), "sessions", ids[i:i+1], due(1, name))
		// A name that is given twice counts once.
		p.same(fmt.Sprintf("Due of account %q twice", name), "sessions", ids[i:i+1], due(10, name, name))
		// Up to three accounts in a row, named backwards: the order of the names is not that of the answer.
		n := min(i+3, len(ids))
		backwards := slices.Clone(accountNames[i:n])
		slices.Reverse(backwards)
		p.same(fmt.Sprintf("Due of accounts %q", backwards), "sessions", ids[i:n], due(10, backwards...))
	}
	p.same("Due of all accounts", "sessions", ids[:4], due(4, accountNames...))
	p.same("Due of an account without sessions", "sessions", []string{}, due(10, "shop/1"))
	p.same("Due of no account", "sessions", []string{}, due(10))

	// What is looked after in one account stays due in the others, and none learns of a state.
	t := p.look("Begin of what is due", ids[0], "")
	p.commit("Commit", t, session.CommitRequest{State: []byte("new")})
	p.same("Due of all accounts when one was looked after", "sessions", ids[1:], due(10, accountNames...))
	p.forget("Forget in one account", ids[1])
	p.same("Due of all accounts after Forget in one", "sessions", ids[2:], due(10, accountNames...))
	for _, id := range ids[2:] {
		t := p.look("Begin in another account", id, "")
		p.same("Begin in another account", "state", "s", string(t.State))
	}
}

// accountsLetters leaves two dead letters of the same events in each account. Each account lists its own, by
// pages of any size. Replay, DeleteDeadLetter and Forget in one account leave those of the others.
//
// It fails for a store that finds a dead letter by its number alone: to delete the first letter of "shop" would
// delete the first letter of "sho".
func accountsLetters(p *probe) {
	left := map[string][]string{} // sessions of the letters of each account
	for _, name := range accountNames {
		for _, chat := range []string{"ann", "bob"} {
			id := p.sessionOf(name, chat)
			p.setAside(id, p.event("e1", 1), "panic")
			left[name] = append(left[name], id)
		}
	}
	// listed compares what each account lists, and what all together list, with what is left.
	listed := func(step string) (all map[string][]session.DeadLetter) {
		p.Helper()
		all = map[string][]session.DeadLetter{}
		total := 0
		for _, name := range accountNames {
			for _, limit := range []int{1, 2, 5} {
				sessions := []string{}
				all[name] = p.lettersBy(limit, name)
				for _, l := range all[name] {
					sessions = append(sessions, l.Session)
				}
				// Two sessions may be in two parts of a store, in any order.
				slices.Sort(sessions)
				slices.Sort(left[name])
				p.same(fmt.Sprintf("%s, of account %q", step, name), "sessions of letters", append([]string{}, left[name]...), sessions)
			}
			total += len(left[name])
		}
		ids := map[string]bool{}
		for _, limit := range []int{1, 3, 100} {
			some := p.lettersBy(limit, accountNames...)
			p.same(step+", of all accounts", "letters", total, len(some))
			for _, l := range some {
				ids[l.ID] = true
			}
		}
		p.same(step+", of all accounts", "ids", total, len(ids))
		p.same(step+", of no account", "letters", 0, len(p.lettersBy(10)))
		return all
	}
	// One letter after the other is taken away, in each of the three ways in turn.
	for i, name := range accountNames {
		letter := listed("Letters")[name][0]
		left[name] = slices.DeleteFunc(left[name], func(id string) bool { return id == letter.Session })
		switch i % 3 {
		case 0:
			p.err("Replay in one account", nil, p.store.Replay(p.Context(), letter.ID))
			p.eventually("Due after Replay", "the session due", func() bool { return p.due(letter.Session) })
		case 1:
			p.err("DeleteDeadLetter in one account", nil, p.store.DeleteDeadLetter(p.Context(), letter.ID))
		default:
			p.forget("Forget in one account", letter.Session)
		}
	}
	listed("Letters at the end")
}

// accountsWake has three callers of Due that sleep: two serve one account, one another. Whatever the store
// sends, each of them gets it. If callers shared one channel, the first would take the value away from the
// second, whose session is then late by as long as it sleeps.
func accountsWake(p *probe) {
	if p.store.Wake() == nil {
		return
	}
	// Each caller asks once, and is told to sleep, as nothing is due.
	accounts := []string{"shop", "shop", "support"}
	var wakes []<-chan struct{}
	for _, name := range accounts {
		wakes = append(wakes, p.store.Wake())
		_, _, err := p.store.Due(p.Context(), []string{name}, 10, 0)
		p.err("Due", nil, err)
	}
	for _, name := range accounts[1:] {
		id := p.sessionOf(name, "ann")
		p.begin("Begin with Hold", session.BeginRequest{ID: id, Event: p.event("e1", 1), Hold: true}, session.Queued)
		// A caller of another account may be woken as well, and finds nothing: that is allowed.
		for i, served := range accounts {
			got := false
			select {
			case <-wakes[i]:
				got = true
			default:
			}
			if served == name {
				p.same(fmt.Sprintf("Wake of caller %d of account %q", i+1, served), "a value", true, got)
			}
		}
	}
}

// accountsProcesses has three processes, each of which serves two of three accounts. A store that is shared
// counts two of them for each account; one that belongs to a process counts one.
//
//	p serves shop and ""         shop: p and r
//	q serves "" and shop/2       "":   p and q
//	r serves shop/2 and shop     shop/2: q and r
func accountsProcesses(p *probe) {
	beat := func(process string, term time.Duration, accounts ...string) []int {
		p.Helper()
		n, err := p.store.Heartbeat(p.Context(), process, accounts, term)
		p.err("Heartbeat", nil, err)
		return append([]int{}, n...)
	}
	p.same("Heartbeat of no account", "processes", []int{}, beat("p", long))
	p.same("Heartbeat of the first process", "processes", []int{1, 1}, beat("p", long, "shop", ""))
	shared := beat("q", long, "", "shop/2")
	if len(shared) == 2 && shared[0] == 1 {
		p.same("Heartbeat of a store of one process", "processes", []int{1, 1}, shared)
		return
	}
	p.same("Heartbeat of the second process", "processes", []int{2, 1}, shared)
	p.same("Heartbeat of the third process", "processes", []int{2, 2}, beat("r", long, "shop/2", "shop"))
	p.same("Heartbeat of the first process again", "processes", []int{2, 2}, beat("p", long, "", "shop"))
	// The term is that of the caller: of the last 60 ms, r knows of itself alone.
	p.pass(short)
	p.same("Heartbeat with a term that was short", "processes", []int{1, 1}, beat("r", short, "shop/2", "shop"))
}
