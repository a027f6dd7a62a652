package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// said is a message that answers an event with one message.
func said(seq, count int, before, hash string) message {
	a := answer{Seq: seq, Count: count, Part: 1, Parts: 1, Before: before, Hash: hash}
	return message{answer: a, at: time.UnixMilli(10_000)}
}

func armed(m message, due int64) message { m.Due = due; return m }

func fired(seq int, due, at int64) message {
	return message{answer: answer{Timer: true, Seq: seq, Due: due}, at: time.UnixMilli(at), pushed: true}
}

func TestCount(t *testing.T) {
	t.Parallel()
	a, b, c := said(0, 1, "", "a"), said(1, 2, "a", "b"), said(2, 3, "b", "c")
	late := a
	late.pushed, late.at = true, time.UnixMilli(70_000)
	for _, tt := range []struct {
		name  string
		shown []message
		want  tally
	}{
		{"all", []message{a, b, c}, tally{messages: 3}},
		{"one lost", []message{a, b}, tally{messages: 2, lost: 1}},
		{"one lost in between", []message{a, c}, tally{messages: 2, lost: 1, chain: 1}},
		{"one doubled", []message{a, b, b, c}, tally{messages: 3, doubled: 1}},
		{"one doubled by another run", []message{a, b, said(1, 2, "a", "x"), c}, tally{messages: 3, doubled: 1, rerun: 1}},
		{"doubled by a late push", []message{a, b, c, late}, tally{messages: 3, doubled: 1, ambiguous: 1, replies: 1}},
		{"not in the order of commits", []message{a, c, b}, tally{messages: 3, chain: 1, order: 2}},
		{
			"not in the order of events", []message{a, said(2, 2, "a", "c"), said(1, 3, "c", "b")},
			tally{messages: 3, order: 1},
		},
		{"a run that was not committed", []message{a, said(1, 2, "a", "x"), c}, tally{messages: 3, chain: 1}},
		{"state went back", []message{a, b, said(2, 2, "a", "c")}, tally{messages: 3, chain: 1}},
		{"timer", []message{armed(a, 5000), b, c, fired(0, 5000, 5001)}, tally{messages: 4, timers: 1}},
		{"timer lost", []message{armed(a, 5000), b, c}, tally{messages: 3, lost: 1}},
		{"timer early", []message{armed(a, 5000), b, c, fired(0, 5000, 4999)}, tally{messages: 4, timers: 1, early: 1}},
		{"timer never armed", []message{a, b, c, fired(0, 5000, 5001)}, tally{messages: 4, timers: 1, order: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			first := time.UnixMilli(9_000)
			var events []*event
			for i := range 3 {
				at := first.Add(time.Duration(i) * time.Millisecond)
				events = append(events, &event{user: userID(1, 1), seq: i, kind: kindPlain, first: at, accepted: at})
			}
			s := &stage{
				t: &trial{window: 50 * time.Second}, fleet: &fleet{}, users: [][]*event{events}, sender: &sender{},
				line: &platform{shown: map[string][]message{events[0].user: tt.shown}},
			}
			got := *s.count()
			require.Len(t, got.missing, got.lost)
			require.Len(t, got.again, got.doubled)
			got.again = nil
			tt.want.unexcused = tt.want.lost // Redis forgot nothing
			tt.want.events, tt.want.accepted, tt.want.worst, tt.want.missing = 3, 3, got.worst, got.missing
			tt.want.repaired, tt.want.slowest = got.worst, got.slowest // no process ended
			require.Equal(t, tt.want, got)
		})
	}
}

// With redelivery off, an event that no bot accepted may be missing; one that was accepted not.
func TestCountAbsent(t *testing.T) {
	t.Parallel()
	c := &tally{}
	v := view{c: c, parts: map[part]*message{}}
	user := userID(1, 1)
	v.end([]*event{
		{user: user, kind: kindPlain}, {user: user, seq: 1, kind: kindMany, accepted: time.UnixMilli(1)},
	})
	require.Equal(t, 1, c.absent)
	require.Equal(t, manyMessages, c.lost)
}

// An event that cannot be handled is not missed, and must not be answered. The row names it.
func TestCountPoison(t *testing.T) {
	t.Parallel()
	user := userID(1, 1)
	bad := &event{user: user, id: "bad", kind: kindKill, accepted: time.UnixMilli(1)}
	c := &tally{}
	v := view{c: c, parts: map[part]*message{}}
	v.end([]*event{bad})
	require.Zero(t, c.lost+c.order)
	v.parts[part{false, 0, 1}] = &message{}
	v.end([]*event{bad})
	require.Equal(t, 1, c.order)
	s := &stage{users: [][]*event{{{kind: kindPlain, id: "good"}, bad}, {{kind: kindFail, id: "a"}}}}
	require.Equal(t, []string{"a", "bad"}, s.poisoned())
}

func TestAnswerIsReadBack(t *testing.T) {
	t.Parallel()
	for _, a := range []answer{
		{Seq: 1, Count: 1, Part: 1, Parts: 7, Hash: "abc", Due: 17},
		{Seq: 2, Count: 2, Part: 7, Parts: 7, Before: "abc", Hash: "def"},
		{Timer: true, Seq: 3, Due: 99},
	} {
		got, err := parseAnswer(a.String())
		require.NoError(t, err)
		require.Equal(t, a, got)
	}
	_, err := parseAnswer("hello")
	require.Error(t, err)
}

// The same seed gives the same events; timestamps are in order, and with shuffle what is sent is
// not.
func TestPlan(t *testing.T) {
	t.Parallel()
	row := base("x", 3, 50, 100, 1)
	row.shuffle, row.timers = true, 10
	start := time.UnixMilli(1_000_000)
	users := plan(&row, 7, start)
	require.Equal(t, users, plan(&row, 7, start))
	require.NotEqual(t, users, plan(&row, 8, start))
	mixed, twice, timers := 0, 0, 0
	for _, events := range users {
		for i, e := range events[1:] {
			require.Greater(t, e.stamp, events[i].stamp)
			if e.at < events[i].at {
				mixed++
			}
			if e.dup >= 0 {
				twice++
			}
			if e.kind == kindTimer {
				timers++
			}
		}
	}
	require.NotZero(t, mixed)
	require.InDelta(t, 37, twice, 20)
	require.InDelta(t, 147*10/20, timers, 20)
}

// The matrix has every point that package bot can die at.
func TestPointsAreThoseOfTheBot(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../*.go")
	require.NoError(t, err)
	found := map[string]bool{}
	call := regexp.MustCompile(`\bcrash\("([a-z-]+)"\)`)
	for _, name := range files {
		src, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, m := range call.FindAllStringSubmatch(string(src), -1) {
			found[m[1]] = true
		}
	}
	require.Len(t, found, len(points))
	for _, p := range points {
		require.True(t, found[p], "%s is no point", p)
	}
}
