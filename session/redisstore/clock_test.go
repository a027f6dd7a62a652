package redisstore

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// clock is a clock of the scripts that stands still until a test moves it, so that a test does not
// depend on how fast the machine is. Its time is stored in Redis, once for each hash slot that the
// namespace uses: all stores of the namespace have the same time, in a Cluster too. Only scripts of
// the tests read it.
type clock struct {
	t         testing.TB
	admin     redis.UniversalClient
	namespace string
	keys      []string      // that hold the time
	owed      time.Duration // by how much the other keys are to expire earlier
}

// movedLua is behind clock.lua in the scripts: the time is in a key beside KEYS[1], in its slot.
const movedLua = `
local before, tag = string.match(KEYS[1], '^(.-)({.-})')
local moved = call('GET', (before or KEYS[1]) .. 'clock' .. (tag or '{' .. KEYS[1] .. '}'))
now = tonumber(moved)
`

func clockKey(key string) string {
	before, rest, found := strings.Cut(key, "{")
	if !found {
		return key + "clock{" + key + "}"
	}
	tag, _, _ := strings.Cut(rest, "}")
	return before + "clock{" + tag + "}"
}

// expireLua lets the expiry of all keys but those of the clock come nearer: what has run out is deleted
// by Redis itself.
const expireLua = `
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  if not string.find(key, 'clock{', 1, true) then
    local left = redis.call('PTTL', key)
    if left >= 0 then redis.call('PEXPIRE', key, left - ARGV[2]) end
  end
end
return 1`

// maxOwed is from when on a clock that was moved has keys expire. Keys are kept for hours, so that half a
// minute does not matter: Redis' own time goes on too, while the test runs. Random calls move the clock
// thousands of times by milliseconds, and to look at all keys each time would cost more than the calls.
const maxOwed = 30 * time.Second

// movedScripts are the scripts with that clock. The id of a dead letter is the time at which it was
// set aside, and so comes from the same clock.
var movedScripts = sync.OnceValue(func() scripts {
	real := luaFile("clock")
	edit := strings.NewReplacer(real, real+movedLua, "'*', 'sid'", "format('%d-*', now), 'sid'")
	return makeScripts(edit.Replace)
})

// newClock gives the stores, all of one namespace, a clock that can be moved. The admin is a client
// that may do more than a store's must.
func newClock(tb testing.TB, admin redis.UniversalClient, stores ...*Store) *clock {
	tb.Helper()
	now := time.Now().UnixMilli()
	pipe := admin.Pipeline()
	var keys []string
	hold := func(key string) {
		keys = append(keys, clockKey(key))
		pipe.SetNX(context.Background(), clockKey(key), now, 0)
	}
	for _, s := range stores {
		s.scripts = movedScripts()
		require.NoError(tb, s.loadScripts(context.Background()))
	}
	for i := range stores[0].parts {
		hold(stores[0].parts[i].watch)
	}
	hold(stores[0].processes)
	_, err := pipe.Exec(context.Background())
	require.NoError(tb, err)
	return &clock{t: tb, admin: admin, namespace: strings.TrimSuffix(stores[0].processes, "{processes}:"), keys: keys}
}

func (c *clock) advance(d time.Duration) {
	c.t.Helper()
	ctx, pipe := context.Background(), c.admin.Pipeline()
	for _, key := range c.keys {
		pipe.IncrBy(ctx, key, d.Milliseconds())
	}
	_, err := pipe.Exec(ctx)
	require.NoError(c.t, err)
	if c.owed += d; c.owed < maxOwed {
		return
	}
	all := &Store{client: c.admin}
	require.NoError(c.t, all.eachMaster(ctx, func(ctx context.Context, m *redis.Client) error {
		return m.Eval(ctx, expireLua, nil, c.namespace+"*", c.owed.Milliseconds()).Err()
	}))
	c.owed = 0
}

// The scripts that users run know nothing of a clock that moves.
func TestClockOfTheScriptsIsRedis(t *testing.T) {
	t.Parallel()
	s := makeScripts(nil)
	for _, sc := range s.all() {
		require.LessOrEqual(t, strings.Count(sc.text, "'TIME'"), 1, sc.name)
		require.NotContains(t, sc.text, "moved", sc.name)
	}
}

// All stores of a namespace have the clock that was moved, no other has, and keys expire by it.
func TestClockThatIsMoved(t *testing.T) {
	t.Parallel()
	clockIsMoved(t, redistest.Start(t))
}

func clockIsMoved(t *testing.T, client redis.UniversalClient) {
	ctx, o := context.Background(), &Options{Namespace: redistest.Namespace(t, client)}
	one, two, other := newStore(t, client, o), newStore(t, client, o), newStore(t, client, nil)
	clock := newClock(t, client, one, two)
	for i := range 20 {
		r := &session.BeginRequest{ID: sessionID(i), Token: token(1), Event: event("e", 1)}
		require.WithinDuration(t, time.Now(), mustBegin(t, one, r).Now, time.Minute)
		mustCommit(t, one, &session.CommitRequest{ID: r.ID, Token: token(1), EventID: "e"})
	}
	clock.advance(23 * time.Hour)
	for i := range 20 {
		r := &session.BeginRequest{ID: sessionID(i), Token: token(2), Event: event("e", 1)}
		b := mustBegin(t, two, r)
		require.Equal(t, session.Duplicate, b.Status)
		require.WithinDuration(t, time.Now().Add(23*time.Hour), b.Now, time.Minute)
		require.InDelta(t, keepAtLeast-23*time.Hour, client.PTTL(ctx, two.at(r.ID).session).Val(), float64(time.Minute))
		require.WithinDuration(t, time.Now(), mustBegin(t, other, r).Now, time.Minute)
	}
	processes := func(s *Store, name string) int {
		count, err := s.Heartbeat(ctx, name, ours, time.Hour)
		require.NoError(t, err)
		return count[0]
	}
	require.Equal(t, 1, processes(one, "1"))
	require.Equal(t, 2, processes(two, "2"))
	clock.advance(keepAtLeast - 22*time.Hour)
	for i := range 20 {
		require.Empty(t, one.value(t, sessionID(i)), "it has expired")
	}
	require.Equal(t, 1, processes(two, "2"), "the other was heard of hours ago")
}
