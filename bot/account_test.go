package bot_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/transport"
)

// desk is the flow of an account's bot, whose messages begin with the name of the bot. The first attempt
// at "fail" fails, "later" sets a reminder, and after 2 s without a word the conversation lapses.
func desk(t testing.TB, name string) *flow.Flow {
	t.Helper()
	type turn = flow.Turn[count]
	say := func(words string) func(context.Context, *turn) error {
		return func(_ context.Context, t *turn) error { t.Send(text(name + ": " + words)); return nil }
	}
	var failed sync.Map
	b := flow.New[count]("desk")
	b.Start(flow.Text("book")).To("asking")
	b.In("asking").Enter(say("which day?")).
		On(flow.Text("fail")).Do(func(ctx context.Context, t *turn) error {
		if _, again := failed.LoadOrStore(t.ID(), true); !again {
			return errors.New("no luck")
		}
		return say("at last")(ctx, t)
	}).Stay().
		On(flow.Text("bad")).Do(func(context.Context, *turn) error { return flow.Permanent(errors.New("no luck")) }).Stay().
		On(flow.Text("later")).Do(say("I will")).
		Remind("later", func(t *turn) time.Time { return t.Now().Add(time.Second) }, say("see you")).Stay().
		After(2 * time.Second).Do(say("too late")).End()
	f, err := b.Build()
	require.NoError(t, err)
	return f
}

// wrote makes the event of a user who writes something to an account.
func wrote(account, user, words string) transport.Event {
	e := said(user, account+"-"+user+"-"+words, words)
	e.Source.Channel = account
	return raw(e)
}

// office is a bot of some accounts.
type office struct {
	*fakeChannel
	bot *bot.Bot
	log *logged
}

// openOffice starts the bot of these accounts, whose messages begin with the name.
func openOffice(t *testing.T, store session.Store, name string, accounts ...string) *office {
	t.Helper()
	o := &office{fakeChannel: &fakeChannel{name: accounts[0], more: accounts[1:]}, log: &logged{}}
	b, err := bot.New(o, store, []*flow.Flow{desk(t, name)}, &bot.Options{Logger: slog.New(o.log)})
	require.NoError(t, err)
	o.bot = b
	return o
}

func (o *office) hears(t *testing.T, events ...transport.Event) {
	t.Helper()
	require.NoError(t, o.bot.Receive(context.Background(), events))
}

func (o *office) close(t *testing.T) {
	t.Helper()
	require.NoError(t, o.bot.Shutdown(context.Background()))
}

// shown returns what the office sent, by account and user.
func (o *office) shown() map[string][]string {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := map[string][]string{}
	for _, s := range o.sent {
		chat := s.Account + " " + s.Chat
		all[chat] = append(all[chat], untagged(s.Messages)...)
	}
	return all
}

// mixed is a store that mixes the accounts up, as the stores of earlier builds did.
type mixed struct {
	session.Store
	all []string
}

func (m *mixed) Due(ctx context.Context, _ []string, limit int, claim time.Duration) ([]string, time.Duration, error) {
	ids, wait, err := m.Store.Due(ctx, m.all, limit, claim)
	return ids, min(wait, time.Second), err
}

// Two bots of two accounts share a store. The same users write to both, and each account answers what it
// was asked, itself: timers, reminders and events that fail among it.
func TestAccountsNeverMeet(t *testing.T) {
	const users = 8
	accounts := []string{"shop", "support"}
	want := map[string][]string{}
	for _, account := range accounts {
		for n := range users {
			want[fmt.Sprint(account, " user", n)] = []string{
				account + ": which day?", account + ": at last", account + ": I will", account + ": see you",
				account + ": too late",
			}
		}
	}
	play := func(t *testing.T, stores [2]session.Store, done func(complete func() bool)) (elsewhere int64) {
		var offices []*office
		for i, account := range accounts {
			o := openOffice(t, stores[i], account, account)
			defer o.close(t)
			offices = append(offices, o)
		}
		for _, words := range []string{"book", "fail", "later"} {
			for n := range users {
				for _, o := range offices {
					o.hears(t, wrote(o.name, fmt.Sprint("user", n), words))
				}
			}
		}
		shown := func() map[string][]string {
			all := map[string][]string{}
			for i, o := range offices {
				for chat, texts := range o.shown() {
					require.True(t, strings.HasPrefix(chat, accounts[i]+" "), "%s was sent by %s", chat, accounts[i])
					all[chat] = texts
				}
			}
			return all
		}
		done(func() bool {
			n := 0
			for _, texts := range shown() {
				n += len(texts)
			}
			return n >= 5*users*len(accounts)
		})
		require.Equal(t, want, shown())
		for _, o := range offices {
			s := o.bot.Stats()
			require.Zero(t, s.Dead+s.Dropped+s.WaitingEvents+s.WaitingOutputs)
			require.EqualValues(t, users, s.Failed)
			elsewhere += s.Elsewhere
		}
		return elsewhere
	}
	t.Run("memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			store := memstore.New()
			require.Zero(t, play(t, [2]session.Store{store, store}, func(func() bool) { time.Sleep(time.Minute); synctest.Wait() }))
		})
	})
	t.Run("a store that mixes them up", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			store := &mixed{memstore.New(), accounts}
			require.Positive(t, play(t, [2]session.Store{store, store}, func(func() bool) { time.Sleep(time.Hour); synctest.Wait() }))
		})
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		c := redistest.Start(t)
		o := redisstore.Options{Namespace: redistest.Namespace(t, c), Logger: slog.New(slog.DiscardHandler)}
		var stores [2]session.Store
		for i := range stores {
			s, err := redisstore.New(t.Context(), c, &o)
			require.NoError(t, err)
			stores[i] = s
		}
		require.Zero(t, play(t, stores, func(complete func() bool) {
			require.Eventually(t, complete, 30*time.Second, 10*time.Millisecond)
		}))
	})
}

// sweeps counts what the sweep and the heartbeat ask a store.
type sweeps struct {
	session.Store
	mu         sync.Mutex
	due, beats int
	accounts   int // the fewest that were asked for at once
}

func (s *sweeps) asked(n *int, accounts []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if *n++; s.accounts == 0 || len(accounts) < s.accounts {
		s.accounts = len(accounts)
	}
}

func (s *sweeps) Due(ctx context.Context, accounts []string, limit int, claim time.Duration) ([]string, time.Duration, error) {
	s.asked(&s.due, accounts)
	return s.Store.Due(ctx, accounts, limit, claim)
}

func (s *sweeps) Heartbeat(ctx context.Context, process string, accounts []string, term time.Duration) ([]int, error) {
	s.asked(&s.beats, accounts)
	return s.Store.Heartbeat(ctx, process, accounts, term)
}

func (s *sweeps) take() (due, beats, accounts int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	due, beats, accounts = s.due, s.beats, s.accounts
	s.due, s.beats, s.accounts = 0, 0, 0
	return due, beats, accounts
}

// A bot of 200 accounts asks the store no more often than a bot of one, and the timers of all fire.
func TestOneSweepFor200Accounts(t *testing.T) {
	many := make([]string, 200)
	for i := range many {
		many[i] = fmt.Sprintf("account-%d", i)
	}
	// play starts both bots on stores that are idle, and counts what they ask while time passes. Then a
	// user of each account begins a conversation, which lapses.
	play := func(t *testing.T, one, all *sweeps, pass func(time.Duration), lapsed func(complete func() bool)) {
		few, o := openOffice(t, one, "few", "alone"), openOffice(t, all, "many", many...)
		defer few.close(t)
		defer o.close(t)
		pass(5 * time.Second)
		oneDue, oneBeats, _ := one.take()
		due, beats, accounts := all.take()
		require.Equal(t, 200, accounts, "all accounts in each call")
		require.LessOrEqual(t, due, 2*oneDue+2)
		require.Equal(t, oneBeats, beats)

		for _, account := range many {
			o.hears(t, wrote(account, "ann", "book"))
		}
		lapsed(func() bool { return len(o.shown()) == 200 && o.bot.Stats().Timers == 200 && o.bot.Stats().Sent == 400 })
		for _, account := range many {
			require.Equal(t, []string{"many: which day?", "many: too late"}, o.shown()[account+" ann"])
		}
	}
	t.Run("memory", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			play(t, &sweeps{Store: memstore.New()}, &sweeps{Store: memstore.New()},
				func(d time.Duration) { time.Sleep(d); synctest.Wait() },
				func(complete func() bool) { time.Sleep(3 * time.Second); synctest.Wait(); require.True(t, complete()) })
		})
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		c := redistest.Start(t)
		open := func() *sweeps {
			o := redisstore.Options{Namespace: redistest.Namespace(t, c), Logger: slog.New(slog.DiscardHandler)}
			s, err := redisstore.New(t.Context(), c, &o)
			require.NoError(t, err)
			return &sweeps{Store: s}
		}
		one, all := open(), open()
		play(t, one, all,
			func(time.Duration) { // until the smaller bot has asked ten times
				require.Eventually(t, func() bool { one.mu.Lock(); defer one.mu.Unlock(); return one.due >= 10 },
					time.Minute, 10*time.Millisecond)
			},
			func(complete func() bool) { require.Eventually(t, complete, 30*time.Second, 10*time.Millisecond) })
	})
}

// Two bots serve the account "both", and one of them "own" too: each account has its own number of
// processes, by which its rates are divided.
func TestAccountsShareRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &counted{Store: memstore.New(), heard: map[string]time.Time{}}
		var shares [2]*sharing
		for i, accounts := range [][]string{{"both", "own"}, {"both"}} {
			shares[i] = &sharing{fakeChannel: fakeChannel{name: accounts[0], more: accounts[1:]}}
			b, err := bot.New(shares[i], store, []*flow.Flow{counter(t, nil)}, &bot.Options{Logger: slog.New(slog.DiscardHandler)})
			require.NoError(t, err)
			defer func() { require.NoError(t, b.Shutdown(context.Background())) }()
		}
		time.Sleep(11 * time.Second)
		synctest.Wait()
		require.Equal(t, 2, shares[0].of("both"))
		require.Equal(t, 1, shares[0].of("own"))
		require.Equal(t, 2, shares[1].of("both"))
	})
}

// What a log line, a number, an outcome and a dead letter belong to is said.
func TestAccountIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var outcomes []string
		channel, log := &fakeChannel{name: "shop", more: []string{"", "a/b"}}, &logged{}
		channel.fail = func(_ int, d *transport.Delivery) error {
			if d.Source.Channel == "a/b" {
				return &transport.SendError{Disposition: transport.Hold, Err: errors.New("locked")}
			}
			return nil
		}
		b, err := bot.New(channel, memstore.New(), []*flow.Flow{desk(t, "desk")}, &bot.Options{
			Logger: slog.New(log), Sent: func(s bot.Sent) {
				mu.Lock()
				defer mu.Unlock()
				require.Equal(t, s.Account, session.Account(s.Session))
				outcomes = append(outcomes, s.Account)
			},
		})
		require.NoError(t, err)
		defer func() { require.NoError(t, b.Shutdown(context.Background())) }()
		for _, e := range []transport.Event{
			wrote("shop", "ann", "book"), wrote("shop", "ann", "bad"), wrote("", "ann", "book"), wrote("a/b", "ann", "book"),
		} {
			require.NoError(t, b.Receive(context.Background(), []transport.Event{e}))
			synctest.Wait()
		}
		time.Sleep(time.Millisecond)
		mu.Lock()
		require.Equal(t, []string{"shop", "", "a/b"}, slices.Compact(outcomes))
		mu.Unlock()
		s := b.Stats()
		require.Len(t, s.Accounts, 3)
		require.EqualValues(t, 2, s.Accounts["shop"].Events)
		require.EqualValues(t, 1, s.Accounts["shop"].Dead)
		require.EqualValues(t, 1, s.Accounts[""].Events)
		require.EqualValues(t, 1, s.Accounts["a/b"].WaitingOutputs)
		require.Zero(t, s.Accounts[""].WaitingOutputs+s.Accounts["shop"].WaitingOutputs+s.Accounts[""].Dead)
		require.Positive(t, s.Accounts["a/b"].Held)
		require.Zero(t, s.Accounts["shop"].Held, "an account that sends does not hide one that cannot")
		require.EqualValues(t, 4, s.Events)
		require.EqualValues(t, 1, s.Dead)
		require.EqualValues(t, 1, s.WaitingOutputs)
		require.Equal(t, s.Accounts["a/b"].Held, s.Held)
		for _, l := range log.all() {
			switch {
			case strings.Contains(l, "event set aside"), strings.Contains(l, "turn failed"):
				require.Contains(t, l, "account=shop session=shop/")
			case strings.Contains(l, "output waits"):
				require.Contains(t, l, "account=a/b session=a/b/")
			}
		}
		letters, err := deadLetters(b.DeadLetters(t.Context()))
		require.NoError(t, err)
		require.Len(t, letters, 1)
		require.Equal(t, "shop", session.Account(letters[0].Session))
	})
}

// A bot of several accounts takes only what is theirs, and keeps the conversations of one user with two of
// them apart.
func TestSeveralAccountsByHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		o := openOffice(t, memstore.New(), "desk", "shop", "support")
		defer o.close(t)
		ann := func(account string) transport.Source { return wrote(account, "ann", "book").Source }
		o.hears(t, wrote("shop", "ann", "book"))
		synctest.Wait()
		for _, account := range []string{"", "sho", "shop/"} {
			require.ErrorIs(t, o.bot.Receive(ctx, []transport.Event{wrote(account, "ann", "book")}), bot.ErrBadEvent)
			require.Error(t, o.accept(ctx, []transport.Event{wrote(account, "ann", "book")}), "of a webhook")
			_, err := o.bot.Session(ctx, ann(account))
			require.ErrorIs(t, err, bot.ErrNoChat)
			_, err = o.bot.Forget(ctx, ann(account))
			require.ErrorIs(t, err, bot.ErrNoChat)
		}
		for account, flow := range map[string]string{"shop": "desk", "support": ""} {
			s, err := o.bot.Session(ctx, ann(account))
			require.NoError(t, err)
			require.Equal(t, flow, s.Flow)
			require.Equal(t, account, session.Account(s.ID))
		}
		found, err := o.bot.Forget(ctx, ann("support"))
		require.NoError(t, err)
		require.False(t, found)
		s, err := o.bot.Session(ctx, ann("shop"))
		require.NoError(t, err)
		require.Equal(t, "desk", s.Flow)
	})
}

// Accounts that cannot be told apart are refused, and a menu that one of them lacks.
func TestAccountsAreChecked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		accounts []string
		want     string
	}{
		{"none", nil, "bot: the channel has no account"},
		{"one twice", []string{"a", "b", "a"}, `bot: the channel has two accounts that are named "a"`},
		{"no name twice", []string{"", ""}, `bot: the channel has two accounts that are named ""`},
		{
			"one has no menu", []string{"b", "a"},
			`bot: flow "brief" binds state "talking" to the menu "brief", which was not declared for the account "b"`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := bot.New(&listed{accounts: tt.accounts}, memstore.New(), []*flow.Flow{brief(t)}, nil)
			require.EqualError(t, err, tt.want)
		})
	}
}

// listed is a channel of some accounts, of which "a" alone has menus.
type listed struct {
	fakeChannel
	accounts []string
}

func (l *listed) Accounts() []string { return l.accounts }

func (l *listed) HasMenu(account, _ string) bool { return account == "a" }

// bare is a store that has kept sessions since before ids had accounts: it lists them by their hashes to
// whoever asks, and takes the hashes in all calls.
type bare struct {
	session.Store
	account string // that the sessions belong to
	says    string // what ids have before the hash; empty, or the name of another account and a slash
}

func (s *bare) full(id string) string {
	if hash, ok := strings.CutPrefix(id, s.says); ok && len(hash) == session.HashLen {
		return s.account + "/" + hash
	}
	return id
}

func (s *bare) Due(ctx context.Context, accounts []string, limit int, claim time.Duration) ([]string, time.Duration, error) {
	ids, wait, err := s.Store.Due(ctx, []string{s.account}, limit, claim)
	for i, id := range ids {
		ids[i] = s.says + id[len(id)-session.HashLen:]
	}
	return ids, min(wait, time.Second), err
}

func (s *bare) DeadLetters(ctx context.Context, _ []string, from string, limit int) ([]session.DeadLetter, string, error) {
	page, next, err := s.Store.DeadLetters(ctx, []string{s.account}, from, limit)
	for i := range page {
		page[i].Session = page[i].Session[len(page[i].Session)-session.HashLen:]
	}
	return page, next, err
}

func (s *bare) Begin(ctx context.Context, r *session.BeginRequest) (session.BeginResult, error) {
	q := *r
	q.ID = s.full(r.ID)
	return s.Store.Begin(ctx, &q)
}

func (s *bare) Release(ctx context.Context, r *session.ReleaseRequest) error {
	q := *r
	q.ID = s.full(r.ID)
	return s.Store.Release(ctx, &q)
}

func (s *bare) Ack(ctx context.Context, r *session.AckRequest) (session.AckResult, error) {
	q := *r
	q.ID = s.full(r.ID)
	return s.Store.Ack(ctx, &q)
}

// What an earlier build left of one account is left alone by the bot of another, however long, and the
// right bot goes on with it.
func TestBareSessionsAreLeftAlone(t *testing.T) {
	for _, tt := range []struct {
		name   string
		leaves func(t *testing.T, shop *office, store session.Store) // ends shop's bot, with something left to do
		want   []string
	}{
		{"an event", func(t *testing.T, shop *office, store session.Store) {
			shop.close(t) // first, for it would run the event
			e := wrote("shop", "ann", "later")
			key, _ := session.KeyOf(e.Source, session.PerMember)
			_, err := store.Begin(t.Context(), &session.BeginRequest{
				ID: key.ID(), Hold: true, Event: session.Event{ID: e.ID, Time: e.Time, Body: e.Raw},
			})
			require.NoError(t, err)
		}, []string{"new: I will", "new: see you", "new: too late"}},
		{"a timer", func(t *testing.T, shop *office, _ session.Store) { shop.close(t) }, []string{"new: too late"}},
		{"a reminder", func(t *testing.T, shop *office, _ session.Store) {
			shop.hears(t, wrote("shop", "ann", "later"))
			synctest.Wait()
			shop.take()
			shop.close(t)
		}, []string{"new: see you", "new: too late"}},
		{"an output", func(t *testing.T, shop *office, _ session.Store) {
			shop.fail = func(int, *transport.Delivery) error { return errors.New("away") }
			shop.hears(t, wrote("shop", "ann", "fail"))
			time.Sleep(time.Second)
			synctest.Wait()
			shop.take()
			shop.close(t)
		}, []string{"old: at last", "new: too late"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shared := memstore.New()
				old := openOffice(t, shared, "old", "shop")
				old.hears(t, wrote("shop", "ann", "book"))
				synctest.Wait()
				old.take()
				tt.leaves(t, old, shared)

				store := &bare{Store: shared, account: "shop"}
				var others []*office
				for _, says := range []string{"support/", ""} { // a store that is wrong, and one that does not know
					other := openOffice(t, &bare{shared, "shop", says}, "other", "support", "help")
					defer other.close(t)
					others = append(others, other)
					time.Sleep(time.Hour)
					synctest.Wait()
					require.Empty(t, other.shown())
					s := other.bot.Stats()
					require.Positive(t, s.Elsewhere)
					require.Zero(t, s.Turns+s.Sent+s.Dead+s.Dropped+s.Failed)
					require.Contains(t, strings.Join(other.log.all(), "\n"), "sessions of other accounts left alone")
				}

				shop := openOffice(t, store, "new", "other", "shop")
				defer shop.close(t)
				time.Sleep(time.Minute)
				synctest.Wait()
				require.Equal(t, map[string][]string{"shop ann": tt.want}, shop.shown())
				require.Empty(t, slices.Concat(others[0].take(), others[1].take()))
				require.Zero(t, shop.bot.Stats().Failed+shop.bot.Stats().Dead)
			})
		})
	}
}

// A dead letter of before is shown to the bot of its account alone, which names it.
func TestBareDeadLetters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &bare{Store: memstore.New(), account: "shop"}
		shop := openOffice(t, store.Store, "shop", "shop")
		defer shop.close(t)
		shop.hears(t, wrote("shop", "ann", "book"), wrote("shop", "ann", "bad"))
		synctest.Wait()
		for accounts, want := range map[string]int{"support help": 0, "other shop": 1} {
			o := openOffice(t, store, "new", strings.Fields(accounts)...)
			letters, err := deadLetters(o.bot.DeadLetters(t.Context()))
			require.NoError(t, err)
			require.Len(t, letters, want)
			for _, l := range letters {
				require.Equal(t, "shop", session.Account(l.Session))
			}
			o.close(t)
		}
	})
}

// A push has the retry key that builds up to November 2026 gave it, whose ids had no account: so LINE knows
// one again whose commit was lost in an update.
func TestRetryKeysStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := openOffice(t, memstore.New(), "desk", "shop")
		defer o.close(t)
		e := wrote("shop", "ann", "book")
		o.hears(t, e)
		synctest.Wait()
		key, _ := session.KeyOf(e.Source, session.PerMember)
		hash := key.ID()[len("shop/"):]
		want := sha256.Sum256([]byte("kaiwa1|shop|" + hash + "|" + e.ID + "|0"))
		got := o.take()[0].Key
		require.Equal(t, want[:6], got[:6])
		require.Equal(t, want[9:16], got[9:])
	})
}

// An event that is not of the session in which it waits is answered by nobody.
func TestStrangeEventIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memstore.New()
		ann, bob := wrote("shop", "ann", "book"), wrote("shop", "bob", "book")
		key, _ := session.KeyOf(ann.Source, session.PerMember)
		_, err := store.Begin(t.Context(), &session.BeginRequest{
			ID: key.ID(), Hold: true, Event: session.Event{ID: bob.ID, Time: bob.Time, Body: bob.Raw},
		})
		require.NoError(t, err)
		o := openOffice(t, store, "desk", "shop")
		defer o.close(t)
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Empty(t, o.shown())
		require.Greater(t, o.bot.Stats().Elsewhere, int64(10))
		kept, err := store.Inspect(t.Context(), key.ID())
		require.NoError(t, err)
		require.Len(t, kept.Events, 1)
	})
}

// An output that names another account than its session is sent by neither.
func TestStrangeOutputIsLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := memstore.New()
		ann := wrote("support", "ann", "book").Source
		key, _ := session.KeyOf(ann, session.PerMember)
		leave(t, store, key.ID(), earlierOutput(0)) // it is of the account without a name
		o := openOffice(t, store, "desk", "support", "")
		defer o.close(t)
		time.Sleep(time.Minute)
		synctest.Wait()
		require.Empty(t, o.shown())
		require.Greater(t, o.bot.Stats().Elsewhere, int64(10))
		kept, err := store.Inspect(t.Context(), key.ID())
		require.NoError(t, err)
		require.Len(t, kept.Outputs, 1)
	})
}
