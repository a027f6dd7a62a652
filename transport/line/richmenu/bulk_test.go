package richmenu_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/memnet"
	"github.com/kaiwa-go/kaiwa/transport/line/richmenu"
)

// crowd is an account with menus and users, where calls for many can fail.
type crowd struct {
	*emulator.Platform
	t       *testing.T
	channel *line.Channel
	ids     []string // of Ann, Bob and Cat

	mu     sync.Mutex
	faults []emulator.Fault // of the calls to come
	users  []int            // of each call that linked or unlinked
	keys   []string         // of each batch
	before func()           // is called before the next call, once
}

func newCrowd(t *testing.T, menus ...richmenu.Menu) *crowd {
	t.Helper()
	c, network := &crowd{t: t}, memnet.New(t)
	c.Platform = emulator.New("secret", "token", &emulator.Options{
		Users: []string{"Ann", "Bob", "Cat"}, NoRateLimits: true, Fault: c.fault, Client: network.Client(),
		Webhook: network.Serve("bot.test", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})),
	})
	t.Cleanup(c.Close)
	var err error
	c.channel, err = line.New("secret", "token", &line.Options{
		Endpoint: network.Serve("line.test", c.Platform), Client: network.Client(), Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	for _, u := range c.Users() {
		_, err := c.Follow(t.Context(), u.Name)
		require.NoError(t, err)
		c.ids = append(c.ids, u.ID)
	}
	_, err = richmenu.Apply(t.Context(), c.channel, menus, nil)
	require.NoError(t, err)
	return c
}

func (c *crowd) fault(r *http.Request) emulator.Fault {
	bulk, batch := strings.Contains(r.URL.Path, "/richmenu/bulk/"), strings.HasSuffix(r.URL.Path, "/richmenu/batch")
	if !bulk && !batch {
		return emulator.Fault{}
	}
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	var in struct {
		UserIDs []string `json:"userIds"`
		Key     string   `json:"resumeRequestKey"`
	}
	_ = json.Unmarshal(body, &in)
	c.mu.Lock()
	if bulk {
		c.users = append(c.users, len(in.UserIDs))
	} else {
		c.keys = append(c.keys, in.Key)
	}
	before := c.before
	c.before = nil
	c.mu.Unlock()
	if before != nil {
		before()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.faults) == 0 {
		return emulator.Fault{}
	}
	f := c.faults[0]
	c.faults = c.faults[1:]
	return f
}

// took returns how many users the calls were for, and the keys of the batches, since it was last called.
func (c *crowd) took() (users []int, keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	users, keys, c.users, c.keys = c.users, c.keys, nil, nil
	return users, keys
}

// sees waits until each user has the menu that an alias leads to, in the order of ids.
func (c *crowd) sees(aliases ...string) {
	c.t.Helper()
	names := []string{"Ann", "Bob", "Cat"}
	require.Eventually(c.t, func() bool {
		for i, alias := range aliases {
			if id := c.Menu(names[i]); id != c.menu(alias) {
				return false
			}
		}
		return true
	}, 20*time.Second, time.Millisecond, "%v", aliases)
}

// menu returns the id of the menu that an alias leads to; empty for none.
func (c *crowd) menu(alias string) string {
	c.t.Helper()
	if alias == "" {
		return ""
	}
	var in struct {
		ID string `json:"richMenuId"`
	}
	resp, err := c.channel.HTTPClient().Get(c.channel.Endpoint() + "/v2/bot/richmenu/alias/" + alias)
	require.NoError(c.t, err)
	defer func() { _ = resp.Body.Close() }()
	require.NoError(c.t, json.NewDecoder(resp.Body).Decode(&in))
	return in.ID
}

func (c *crowd) fails(faults ...emulator.Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = faults
}

// All users are linked, 500 at a time, though calls fail by chance.
func TestLinkMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, menuOf("gold", line.Say("a")), menuOf("other", line.Say("b")))
		var users []string
		for i := range 1200 {
			users = append(users, fmt.Sprintf("U%032x", i))
		}
		users[0], users[700], users[1199] = c.ids[0], c.ids[1], c.ids[2]
		c.fails(emulator.Fault{Status: 500}, emulator.Fault{Cut: true, After: true}, emulator.Fault{},
			emulator.Fault{}, emulator.Fault{Cut: true})
		told, err := richmenu.Link(t.Context(), c.channel, "gold", users)
		require.NoError(t, err)
		require.Equal(t, 1200, told)
		calls, _ := c.took()
		require.Equal(t, []int{500, 500, 500, 500, 200, 200}, calls)
		c.sees("gold", "gold", "gold")

		c.fails(emulator.Fault{Status: 503})
		told, err = richmenu.Unlink(t.Context(), c.channel, users[:501])
		require.NoError(t, err)
		require.Equal(t, 501, told)
		calls, _ = c.took()
		require.Equal(t, []int{500, 500, 1}, calls)
		c.sees("", "gold", "gold")

		told, err = richmenu.Link(t.Context(), c.channel, "gold", nil)
		require.NoError(t, err)
		require.Zero(t, told)
		calls, _ = c.took()
		require.Empty(t, calls)
	})
}

// What cannot be mended is not tried again, and what was done before is told.
func TestLinkManyFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, menuOf("gold", line.Say("a")))
		users := make([]string, 600)
		for i := range users {
			users[i] = fmt.Sprintf("U%032x", i)
		}
		for _, alias := range []string{"", "Gold", "../x"} {
			_, err := richmenu.Link(t.Context(), c.channel, alias, users)
			require.EqualError(t, err, "richmenu: an alias is 1 to 32 of a-z, 0-9, _ and -", alias)
		}
		_, err := richmenu.Unlink(t.Context(), c.channel, []string{users[0], "canary/x"})
		require.EqualError(t, err, "richmenu: user 1 has no id")
		var refusal *line.APIError
		_, err = richmenu.Link(t.Context(), c.channel, "silver", users)
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, 404, refusal.Status)
		calls, _ := c.took()
		require.Empty(t, calls)

		c.fails(emulator.Fault{}, emulator.Fault{Status: 400})
		told, err := richmenu.Link(t.Context(), c.channel, "gold", users)
		require.ErrorAs(t, err, &refusal)
		require.ErrorContains(t, err, "richmenu: link users to gold: line: status 400")
		require.Equal(t, 500, told)
		c.fails(emulator.Fault{Status: 500}, emulator.Fault{Status: 500}, emulator.Fault{Status: 500})
		told, err = richmenu.Unlink(t.Context(), c.channel, users)
		require.ErrorAs(t, err, &refusal)
		require.Zero(t, told)
		calls, _ = c.took()
		require.Equal(t, []int{500, 100, 500, 500, 500}, calls)

		ctx, cancel := context.WithCancel(t.Context())
		c.fails(emulator.Fault{Status: 500})
		c.mu.Lock()
		c.before = cancel
		c.mu.Unlock()
		_, err = richmenu.Link(ctx, c.channel, "gold", users)
		require.ErrorIs(t, err, context.Canceled)
		calls, _ = c.took()
		require.Equal(t, []int{500}, calls)
	})
}

// A deployment may replace the menu meanwhile: the alias is looked up again.
func TestLinkManyWhileTheMenuChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, menuOf("gold", line.Say("a")))
		c.before = func() {
			_, err := richmenu.Apply(context.Background(), c.channel, []richmenu.Menu{menuOf("gold", line.Say("b"))}, nil)
			require.NoError(t, err)
		}
		told, err := richmenu.Link(t.Context(), c.channel, "gold", c.ids)
		require.NoError(t, err)
		require.Equal(t, 3, told)
		c.sees("gold", "gold", "gold")

		c.fails(emulator.Fault{Status: 404}, emulator.Fault{Status: 404})
		var refusal *line.APIError
		_, err = richmenu.Link(t.Context(), c.channel, "gold", c.ids)
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, 404, refusal.Status)
	})
}

// Menus change places, and a call that is made again with its key changes nothing.
func TestReplace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, menuOf("one", line.Say("a")), menuOf("two", line.Say("b")), menuOf("three", line.Say("c")))
		for i, alias := range []string{"one", "two", "three"} {
			_, err := richmenu.Link(t.Context(), c.channel, alias, c.ids[i:i+1])
			require.NoError(t, err)
		}
		c.sees("one", "two", "three")
		moves := map[string]string{"one": "two", "two": "one", "three": ""}
		require.NoError(t, richmenu.Replace(t.Context(), c.channel, "may", moves, &richmenu.Options{DryRun: true}))
		c.sees("one", "two", "three")
		c.took()
		c.fails(emulator.Fault{Cut: true, After: true})
		require.NoError(t, richmenu.Replace(t.Context(), c.channel, "spring-2026", moves, nil))
		c.sees("two", "one", "")
		require.NoError(t, richmenu.Replace(t.Context(), c.channel, "spring-2026", moves, nil))
		c.sees("two", "one", "")
		_, keys := c.took()
		require.Equal(t, []string{"spring-2026", "spring-2026", "spring-2026"}, keys)
		require.NoError(t, richmenu.Replace(t.Context(), c.channel, "summer", moves, nil))
		c.sees("one", "two", "")
	})
}

func TestReplaceFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd(t, menuOf("one", line.Say("a")), menuOf("two", line.Say("b")))
		replace := func(key string, moves map[string]string) error {
			return richmenu.Replace(t.Context(), c.channel, key, moves, nil)
		}
		good := map[string]string{"one": "two"}
		const key = "richmenu: the key is not 1 to 100 of a-z, A-Z, 0-9, _ and -"
		const alias = "richmenu: an alias is 1 to 32 of a-z, 0-9, _ and -"
		require.EqualError(t, replace("", good), key)
		require.EqualError(t, replace("a b", good), key)
		require.EqualError(t, replace(strings.Repeat("x", 101), good), key)
		require.EqualError(t, replace("k", nil), "richmenu: 0 menus to replace: LINE allows 1 to 1000")
		many := map[string]string{}
		for i := range 1001 {
			many[fmt.Sprint(i)] = "one"
		}
		require.EqualError(t, replace("k", many), "richmenu: 1001 menus to replace: LINE allows 1 to 1000")
		require.EqualError(t, replace("k", map[string]string{"../x": "one"}), alias)
		require.EqualError(t, replace("k", map[string]string{"one": "X"}), alias)
		require.EqualError(t, replace("k", map[string]string{"": "one"}), alias)
		for _, moves := range []map[string]string{{"one": "gone"}, {"gone": "one"}} {
			var refusal *line.APIError
			require.ErrorAs(t, replace("k", moves), &refusal)
			require.Equal(t, 404, refusal.Status)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		require.ErrorIs(t, richmenu.Replace(ctx, c.channel, "k", good, nil), context.Canceled)
		_, keys := c.took()
		require.Empty(t, keys, "nothing was asked for")
		c.fails(emulator.Fault{Status: 400})
		var refusal *line.APIError
		require.ErrorAs(t, replace("k", good), &refusal)
		_, keys = c.took()
		require.Len(t, keys, 1)
	})
}
