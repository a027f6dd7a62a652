package storetest

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// mixers are the broken stores that mix accounts.
func mixers() []brokenStore {
	const due = "due lists the sessions of the accounts that ask, and of no other"
	const letters = "dead letters belong to an account"
	return []brokenStore{
		{"lists what is due in all accounts", mixesDue(func(string, string) bool { return true }), due},
		{"lists what is due in all accounts", mixesDue(func(string, string) bool { return true }), "random calls are answered as the contract says"},
		{"lists what is due in accounts that begin so", mixesDue(strings.HasPrefix), due},
		{"takes the account up to the first slash", mixesDue(func(account, asked string) bool {
			first, _, _ := strings.Cut(account, "/")
			return first == asked || account == asked
		}), due},
		{"lets other accounts count for the limit", func(_ session.Store, b *broken) {
			all := everyAccount(b)
			good := b.due
			b.due = func(accounts []string, n int, claim time.Duration) ([]string, time.Duration, error) {
				ids, wait, err := good(all(), n, claim)
				return slices.DeleteFunc(ids, func(id string) bool { return !slices.Contains(accounts, session.Account(id)) }), wait, err
			}
		}, due},
		{"lists one account after the other", func(_ session.Store, b *broken) {
			good := b.due
			b.due = func(accounts []string, n int, claim time.Duration) (ids []string, wait time.Duration, err error) {
				wait = time.Second
				for _, name := range slices.Compact(slices.Sorted(slices.Values(accounts))) {
					some, _, _ := good([]string{name}, n-len(ids), claim)
					ids = append(ids, some...)
				}
				return ids, wait, err
			}
		}, due},
		{"lists the dead letters of all accounts", func(_ session.Store, b *broken) {
			all := everyAccount(b)
			good := b.letters
			b.letters = func(_ []string, from string, n int) ([]session.DeadLetter, string, error) {
				return good(all(), from, n)
			}
		}, letters},
		{"names dead letters without the account", func(_ session.Store, b *broken) {
			all := everyAccount(b)
			good, replay, purge := b.letters, b.replay, b.purge
			b.letters = func(accounts []string, from string, n int) ([]session.DeadLetter, string, error) {
				some, next, err := good(accounts, from, n)
				for i := range some {
					_, some[i].ID, _ = cutLast(some[i].ID, "/")
				}
				return some, next, err
			}
			in := func(do func(string) error) func(string) error {
				return func(letter string) (err error) {
					for _, name := range all() {
						if err = do(name + "/" + letter); err == nil {
							return nil
						}
					}
					return err
				}
			}
			b.replay, b.purge = in(replay), in(purge)
		}, letters},
		{"has one wake for all", func(good session.Store, b *broken) {
			one := good.Wake()
			b.wake = func() <-chan struct{} { return one }
		}, "each caller of wake is woken"},
		{"counts the processes of all accounts", func(_ session.Store, b *broken) {
			seen := map[string]bool{}
			b.beat = func(process string, accounts []string, _ time.Duration) ([]int, error) {
				seen[process] = true
				return slices.Repeat([]int{len(seen)}, len(accounts)), nil
			}
		}, "processes are counted for each account"},
		{"counts one process", func(_ session.Store, b *broken) {
			b.beat = func(string, []string, time.Duration) ([]int, error) { return []int{1}, nil }
		}, "processes are counted for each account"},
	}
}

// everyAccount notes the accounts of all sessions in which something begins.
func everyAccount(b *broken) func() []string {
	var all []string
	begin := b.begin
	b.begin = func(r *session.BeginRequest) (session.BeginResult, error) {
		all = append(all, session.Account(r.ID))
		return begin(r)
	}
	return func() []string { return all }
}

// mixesDue lists the sessions of more accounts than was asked for.
func mixesDue(also func(account, asked string) bool) func(session.Store, *broken) {
	return func(good session.Store, b *broken) {
		all := everyAccount(b)
		b.due = func(accounts []string, n int, claim time.Duration) ([]string, time.Duration, error) {
			var more []string
			for _, name := range all() {
				for _, asked := range accounts {
					if also(name, cmp.Or(asked, name)) || name == asked {
						more = append(more, name)
					}
				}
			}
			return good.Due(context.Background(), append(more, accounts...), n, claim)
		}
	}
}
