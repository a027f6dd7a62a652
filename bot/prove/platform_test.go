package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The stand-in keeps LINE's rules: a token works once and for a while, a retry key once.
func TestPlatform(t *testing.T) {
	t.Parallel()
	p, err := startPlatform(1, time.Minute)
	require.NoError(t, err)
	t.Cleanup(p.close)
	ann := &event{id: "1", user: "ann", stamp: time.Now().UnixMilli()}
	p.issue(ann)
	text := answer{Seq: 1, Count: 1, Part: 1, Parts: 1, Hash: "a"}.String()
	reply := &apiRequest{ReplyToken: ann.token(), Messages: []apiMessage{{Text: text}}}
	push := &apiRequest{To: "ann", Messages: reply.Messages}
	for _, tt := range []struct {
		name   string
		q      *apiRequest
		key    string
		status int
		shown  int
	}{
		{"reply", reply, "", http.StatusOK, 1},
		{"reply again", reply, "", http.StatusBadRequest, 1},
		{"push", push, "key", http.StatusOK, 2},
		{"push again", push, "key", http.StatusConflict, 2},
		{"push with another key", push, "other", http.StatusOK, 3},
	} {
		status, _ := p.accept(tt.q, tt.q.To != "", tt.key)
		require.Equal(t, tt.status, status, tt.name)
		require.Len(t, p.snapshot("ann"), tt.shown, tt.name)
	}
	for _, tt := range []struct {
		name        string
		born, event time.Duration // ago
		status      int
	}{
		{"fresh", 0, 0, http.StatusOK},
		{"old", 2 * time.Minute, 2 * time.Minute, http.StatusBadRequest},
		{"redelivered after 19 minutes", 0, 19 * time.Minute, http.StatusOK},
		{"redelivered after 21 minutes", 0, 21 * time.Minute, http.StatusBadRequest},
	} {
		e := &event{id: tt.name, user: "ann", stamp: time.Now().Add(-tt.event).UnixMilli()}
		p.issue(e)
		p.tokens[e.token()].born = time.Now().Add(-tt.born)
		status, _ := p.accept(&apiRequest{ReplyToken: e.token()}, false, "")
		require.Equal(t, tt.status, status, tt.name)
	}
}

// Whoever answers for another account is found out.
func TestPlatformTellsAccounts(t *testing.T) {
	t.Parallel()
	p, err := startPlatform(1, time.Minute)
	require.NoError(t, err)
	t.Cleanup(p.close)
	text := func(account string) []apiMessage {
		return []apiMessage{{Text: answer{Seq: 1, Count: 1, Part: 1, Parts: 1, Account: account}.String()}}
	}
	for i, tt := range []struct {
		name, calls, to string // the account that calls, and that of the event
		push            bool
		elsewhere       int
	}{
		{"its own reply", "shop", "shop", false, 0},
		{"its own push", "shop", "shop", true, 0},
		{"of an account with a slash", "shop/west", "shop/west", false, 0},
		{"another's reply token", "shop/west", "shop", false, 1},
		{"another's text", "support", "shop", true, 1},
	} {
		e, before := &event{id: fmt.Sprint(i), user: "ann", acct: tt.to, stamp: time.Now().UnixMilli()}, p.calls.elsewhere
		p.issue(e)
		q := &apiRequest{account: tt.calls, Messages: text(tt.to), ReplyToken: e.token()}
		if tt.push {
			q.To, q.ReplyToken = "ann", ""
		}
		_, _ = p.accept(q, tt.push, e.token())
		require.Equal(t, tt.elsewhere, p.calls.elsewhere-before, tt.name)
	}
	require.Len(t, p.snapshot("shop/ann"), 2)
	require.Len(t, p.snapshot("shop/west/ann"), 1)
}

// Every kind of fault is met, before and after a call is accepted.
func TestFaultsAreDrawn(t *testing.T) {
	t.Parallel()
	p, err := startPlatform(1, time.Minute)
	require.NoError(t, err)
	t.Cleanup(p.close)
	p.setFaults(0.5, apiFault{})
	seen := map[apiFault]int{}
	for range 1000 {
		seen[p.draw(false)]++
	}
	require.Len(t, seen, len(apiFaults)+1)
	require.InDelta(t, 500, seen[apiFault{}], 100)
	p.setFaults(0, apiFault{before: true, status: 503})
	require.Equal(t, apiFault{before: true, status: 503}, p.draw(false))
	monthly := apiFault{before: true, status: 429, pushOnly: true}
	p.setFaults(0, monthly)
	require.Equal(t, apiFault{}, p.draw(false))
	require.Equal(t, monthly, p.draw(true))
}
