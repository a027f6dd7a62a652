package redisstore

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

var (
	wholeTime = regexp.MustCompile(`\d{4}-\d\d-\d\dT[\d:.]+Z \([^)]*\)`)
	spaces    = regexp.MustCompile(` {2,}`)
)

// described is what Describe says, without times and with one space for many.
func described(t *testing.T, c redis.UniversalClient, name string, o *DescribeOptions) string {
	t.Helper()
	text, err := Describe(t.Context(), c, name, o)
	require.NoError(t, err)
	return spaces.ReplaceAllString(wholeTime.ReplaceAllString(text, "TIME"), " ")
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	describesSession(t, redistest.Start(t))
}

func describesSession(t *testing.T, client redis.UniversalClient) {
	ctx := context.Background()
	namespace := redistest.Namespace(t, client)
	s := newStore(t, client, &Options{Namespace: namespace, Partitions: 8})
	id := sessionID(1)
	key := s.at(id).session
	o := &DescribeOptions{Namespace: namespace}
	begin := func(r session.BeginRequest) session.BeginResult {
		t.Helper()
		r.ID = id
		b, err := s.Begin(ctx, &r)
		require.NoError(t, err)
		return b
	}

	require.Equal(t, "key "+key+", 0 bytes\n nothing is kept of this session\n", described(t, client, id, o))

	// A forgotten session, in which a turn has left outputs and a timer; the next turn crashed, and runs
	// again while two events wait.
	require.NoError(t, s.Forget(ctx, id))
	now, err := client.Time(ctx).Result()
	require.NoError(t, err)
	fresh := func(name string, ms int) session.Event {
		e := event(name, 0)
		e.Time = now.Add(time.Hour + time.Duration(ms)*time.Millisecond)
		return e
	}
	b := begin(session.BeginRequest{Token: token(1), Event: fresh("e1", 1)})
	_, err = s.Commit(ctx, &session.CommitRequest{
		ID: id, Token: token(1), Rev: b.Rev, EventID: "e1", State: []byte("booking, ask_day"),
		Due: now.Add(15 * time.Minute), Outputs: [][]byte{[]byte("hello"), []byte("which day?")},
	})
	require.NoError(t, err)
	begin(session.BeginRequest{Token: token(2), Event: fresh("e2", 2), Lease: time.Millisecond})
	require.Eventually(t, func() bool {
		return begin(session.BeginRequest{Token: token(3)}).Status == session.Run
	}, 10*time.Second, time.Millisecond)
	begin(session.BeginRequest{Token: token(4), Event: fresh("e4", 4)})
	begin(session.BeginRequest{Token: token(4), Event: fresh("e3", 3)})

	want := strings.Join([]string{
		"key " + key + ", SIZE bytes",
		"expires TIME, or a little earlier",
		"revision 1",
		"next timer TIME",
		"state 16 bytes",
		"seen 4 events, the oldest accepted about AGE ago",
		"lease held by token 0102030405060703 until TIME; attempt 2, an earlier one crashed",
		`head event "e2" of TIME, accepted TIME`,
		" 10 bytes",
		"mailbox 2 events",
		` 1 event "e3" of TIME, accepted TIME`,
		" 10 bytes",
		` 2 event "e4" of TIME, accepted TIME`,
		" 10 bytes",
		"tombstone forgotten at TIME",
		"outbox 2 outputs; delivery lease of token 0102030405060701 until TIME",
		" 1.1 5 bytes",
		" 1.2 10 bytes",
		"",
	}, "\n")
	plain := func(name string, o *DescribeOptions) string {
		text := described(t, client, name, o)
		text = regexp.MustCompile(`, \d+ bytes\nexpires`).ReplaceAllString(text, ", SIZE bytes\nexpires")
		return regexp.MustCompile(`about \S+ ago`).ReplaceAllString(text, "about AGE ago")
	}
	require.Equal(t, want, plain(id, o))
	require.Equal(t, want, plain(s.at(id).hash, o), "the hash at the end of the id")
	require.Equal(t, want, plain(key, nil), "a key names its namespace")
	require.Equal(t, want, plain(s.at(id).mailbox, nil))
	all := plain(id, &DescribeOptions{Namespace: namespace, State: true, Bodies: true})
	for _, said := range []string{
		`state 16 bytes: "booking, ask_day"`, `10 bytes: "body of e2"`, `10 bytes: "body of e4"`, `10 bytes: "which day?"`,
	} {
		require.Contains(t, all, said)
	}

	// A lease that was given up.
	require.NoError(t, s.Release(ctx, &session.ReleaseRequest{ID: id, Token: token(3), Delay: time.Hour, Counted: true}))
	require.Contains(t, plain(id, o), "lease rests: nobody holds it, and what waits is due at TIME; last token 0102030405060703, 2 attempts, an earlier one crashed\n")

	// What is no session is refused, however much of one it is.
	value, err := client.Get(ctx, key).Bytes()
	require.NoError(t, err)
	for n := range len(value) {
		d := description{now: time.Now()}
		if d.session(value[:n], nil) {
			require.Contains(t, []int{len(value) - 5 - 10 - 2*outputBytes, len(value) - 10 - outputBytes}, n, "without outputs")
		}
	}
	for _, name := range []string{"", "kaiwa:meta", s.at(id).watch, s.at(id).dead, id + "x"} {
		_, err := Describe(ctx, client, name, o)
		require.ErrorContains(t, err, "neither the id of a session nor the key of one", name)
	}
	_, err = Describe(ctx, client, id, &DescribeOptions{Namespace: "none"})
	require.Error(t, err)
}

// An operator may look with the rights that a bot has, and no others.
func TestDescribeAsTheLeastUser(t *testing.T) {
	t.Parallel()
	server := redistest.StartServer(t, nil)
	c := asUser(t, server, "kaiwa", aclRules(t))
	s := newStore(t, c, &Options{Namespace: "least"})
	_, err := s.Begin(t.Context(), &session.BeginRequest{ID: sessionID(1), Token: token(1), Event: event("e1", 1)})
	require.NoError(t, err)
	require.Contains(t, described(t, c, sessionID(1), &DescribeOptions{Namespace: "least"}), `head event "e1"`)
}
