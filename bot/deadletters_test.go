package bot_test

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport"
)

// paged is a store of five dead letters, "1" to "5", that returns two at a time.
type paged struct {
	session.Store
	calls, fails int // how often it was asked, and which call fails
}

var errAway = errors.New("test: away")

func (p *paged) DeadLetters(_ context.Context, _ []string, from string, _ int) (
	page []session.DeadLetter, next string, err error,
) {
	p.calls++
	if p.calls == p.fails {
		return nil, "", errAway
	}
	last, _ := strconv.Atoi(from)
	for len(page) < 2 && last < 5 {
		last++
		page = append(page, session.DeadLetter{ID: strconv.Itoa(last)})
	}
	if last < 5 {
		next = strconv.Itoa(last)
	}
	return page, next, nil
}

// All dead letters are listed, page by page, and no page is asked for before it is needed.
func TestDeadLettersPageByPage(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fails int
		stop  int // after so many
		want  []string
		err   error
		calls int
	}{
		{name: "all", stop: 9, want: []string{"1", "2", "3", "4", "5"}, calls: 3},
		{name: "one", stop: 1, want: []string{"1"}, calls: 1},
		{name: "three", stop: 3, want: []string{"1", "2", "3"}, calls: 2},
		{name: "the second page is lost", fails: 2, stop: 9, want: []string{"1", "2"}, err: errAway, calls: 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			store := &paged{Store: memstore.New(), fails: test.fails}
			o := &bot.Options{Logger: slog.New(slog.DiscardHandler)}
			b, err := bot.New(&fakeChannel{}, store, []*flow.Flow{counter(t, nil)}, o)
			require.NoError(t, err)
			defer func() { require.NoError(t, b.Shutdown(context.Background())) }()
			var got []string
			var last error
			for l, err := range b.DeadLetters(t.Context()) {
				if last = err; err == nil {
					got = append(got, l.ID)
				}
				if len(got) == test.stop || len(got) > 9 {
					break
				}
			}
			require.Equal(t, test.want, got)
			require.Equal(t, test.err, last)
			require.Equal(t, test.calls, store.calls)
		})
	}
}

// An operator sees how many dead letters there are, also those that another process left, within 10 s.
func TestStatsTellDeadLetters(t *testing.T) {
	t.Parallel()
	inBubble(t, bot.Options{MaxAttempts: 1}, func(r *rig) {
		r.say("ann", "start")
		r.say("ann", "fail")
		r.pass(10 * time.Second)
		require.EqualValues(r, 1, r.bot.Stats().DeadLetters)
		requireProbe(r.T, r.bot, 200, "ready; dead letters: 1\n")

		id := session.Key{Chat: transport.ChatUser, ChatID: "bob"}.ID() // of another process
		ctx, lease := context.Background(), session.LeaseToken{1}
		_, err := r.store.Begin(ctx, &session.BeginRequest{ID: id, Token: lease, Event: session.Event{ID: "e1", Time: time.Now()}})
		require.NoError(r, err)
		_, err = r.store.Commit(ctx, &session.CommitRequest{ID: id, Token: lease, EventID: "e1", Dead: "why"})
		require.NoError(r, err)
		r.pass(10 * time.Second)
		require.EqualValues(r, 2, r.bot.Stats().DeadLetters)

		for l, err := range r.bot.DeadLetters(ctx) {
			require.NoError(r, err)
			require.NoError(r, r.bot.DeleteDeadLetter(ctx, l.ID))
		}
		r.pass(10 * time.Second)
		require.Zero(r, r.bot.Stats().DeadLetters)
		requireProbe(r.T, r.bot, 200, "ready\n")
	})
}
