package people

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestCache(t *testing.T) {
	now := time.Now()
	c := &cache{keep: time.Minute, max: 100, now: func() time.Time { return now }}
	put := func(user string) {
		_, since, _ := c.get(cacheKey{"", user})
		c.put(cacheKey{"", user}, Profile{Name: user}, since)
	}
	has := func(user string) bool {
		p, _, ok := c.get(cacheKey{"", user})
		return ok && p.Name == user
	}
	put("a")
	require.True(t, has("a"))
	now = now.Add(time.Minute)
	require.False(t, has("a"))
	for i := range 1000 {
		put(fmt.Sprint(i))
		require.LessOrEqual(t, len(c.entries), 100)
	}
	require.True(t, has("999"))

	// An answer that was on its way when the user left is not kept.
	_, since, _ := c.get(cacheKey{"", "b"})
	c.drop(cacheKey{"", "b"})
	c.put(cacheKey{"", "b"}, Profile{Name: "b"}, since)
	require.False(t, has("b"))

	now = now.Add(time.Minute)
	put("c")
	require.Len(t, c.entries, 1, "those that have expired go first")

	c.keep = -1
	put("d")
	require.False(t, has("d"))
}

func TestNonces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n Nonces
		a, b := n.New("account a"), n.New("account b")
		require.NotEqual(t, a, b)
		require.Len(t, a, 43, "256 bits")
		name, ok := n.Take(a)
		require.True(t, ok)
		require.Equal(t, "account a", name)
		_, ok = n.Take(a)
		require.False(t, ok, "once")
		_, ok = n.Take("guess")
		require.False(t, ok)
		time.Sleep(nonceLife)
		_, ok = n.Take(b)
		require.False(t, ok, "too late")

		for range maxNonces {
			n.New("x")
		}
		last := n.New("y")
		require.LessOrEqual(t, len(n.known), maxNonces)
		time.Sleep(nonceLife)
		n.New("z")
		require.Len(t, n.known, 1)
		_, ok = n.Take(last)
		require.False(t, ok)
	})
}
