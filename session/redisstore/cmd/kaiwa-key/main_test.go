package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

func TestRun(t *testing.T) {
	c := redistest.Start(t)
	namespace := redistest.Namespace(t, c)
	s, err := redisstore.New(t.Context(), c, &redisstore.Options{Namespace: namespace})
	require.NoError(t, err)
	id := session.Key{ChatID: "ann"}.ID()
	_, err = s.Begin(t.Context(), &session.BeginRequest{
		ID: id, Token: session.LeaseToken{1}, Event: session.Event{ID: "e1", Body: []byte("secret words")},
	})
	require.NoError(t, err)
	kaiwaKey := func(args ...string) (string, error) {
		var out strings.Builder
		err := run(append([]string{"-addr", c.Options().Addr, "-namespace", namespace}, args...), &out)
		return out.String(), err
	}
	text, err := kaiwaKey(id)
	require.NoError(t, err)
	require.Contains(t, text, `event "e1"`)
	require.Contains(t, text, "held by token 0100000000000000")
	require.NotContains(t, text, "secret words")
	text, err = kaiwaKey("-bodies", id)
	require.NoError(t, err)
	require.Contains(t, text, `12 bytes: "secret words"`)

	_, err = kaiwaKey()
	require.ErrorContains(t, err, "give the id or the key of one session")
	_, err = kaiwaKey("kaiwa:meta")
	require.ErrorContains(t, err, "neither the id of a session nor the key of one")
}
