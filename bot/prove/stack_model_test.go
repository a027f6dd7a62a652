package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A model of two conversations finds what is lost, doubled, early, or of another run.
func TestStackModel(t *testing.T) {
	t.Parallel()
	say := func(turn, what, flow, conv string, n int, before, hash string) word {
		return word{
			Turn: turn, What: what, Flow: flow, Conv: conv, N: n, Before: before, Hash: hash, Now: 1000, at: time.UnixMilli(1000),
		}
	}
	button := func(w word, data string) word { w.button = data; return w }
	due := func(w word, ms int64) word { w.Due = ms; return w }
	begun := []word{ // f0, and f2 above it
		due(say("0", saidBegin, "f0", "0", 1, "", "x"), 900), button(say("0", saidAsk, "f0", "0", 1, "", "x"), "~0~next"),
		say("1", saidBegin, "f2", "1", 1, "", "y"), button(say("1", saidAsk, "f2", "1", 1, "", "y"), "~1~next"),
	}
	late := []word{say("timer::at:900", saidExit, "f0", "0", 1, "", "x"), say("timer::at:900", saidLate, "f0", "0", 2, "x", "xx")}
	back := []word{say("2", saidEnter, "f0", "0", 2, "", "xx"), say("2", saidAsk, "f0", "0", 2, "", "xx")}
	early := []word{late[0], late[1]}
	early[0].at = time.UnixMilli(899)
	laterOf := func(conv string) word { return say("timer:f0:later:0"+conv, saidLater, "f0", conv, 1, "", "") }
	for _, tt := range []struct {
		name  string
		shown [][]word
		want  string
		where []string
	}{
		{"all", [][]word{begun, late, back}, "", []string{"f0/b 2 xx", "f2/a 1 y"}},
		{"an answer is lost", [][]word{begun, late}, "event 2", nil},
		{"a message is lost", [][]word{begun, late, back[:1]}, "lost: ask of turn 2", nil},
		{"a timer is lost", [][]word{begun, {back[1]}}, "of no run that was committed", nil},
		{"a timer is early", [][]word{begun, early, back}, "at 899, due at 900", nil},
		{"a turn is doubled", [][]word{begun, late, late}, "doubled", nil},
		{"a timer comes twice", [][]word{begun, late, {say("timer::at:901", saidExit, "f0", "0", 2, "", "xx")}}, "not set", nil},
		{
			"a run that was not committed", [][]word{begun, late, {back[0], say("2", saidAsk, "f0", "0", 2, "", "yy")}},
			"of no run that was committed", nil,
		},
		{"it enters twice", [][]word{begun, late, {back[0], back[0]}}, "not ask of f0", nil},
		{"another comes back", [][]word{begun, late, {say("2", saidAsk, "f2", "1", 1, "", "y")}}, "not enter of f0", nil},
		{"a reminder of nobody", [][]word{begun, {laterOf("7")}}, "not set", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			at := time.UnixMilli(500)
			var events []*event
			for i, kind := range []string{"f0", "f2", "f0"} {
				id := string(rune('0' + i))
				events = append(events, &event{user: userID(1, 1), id: id, seq: i, kind: kind, first: at, accepted: at})
			}
			m := newStackModel(&tally{}, events, nil, func(time.Time) time.Time { return time.Time{} })
			for _, words := range tt.shown {
				for _, w := range words {
					m.see(&w)
				}
			}
			m.reminders = map[string]int64{} // of which the messages above have none
			if len(m.stack) > 0 {
				m.stack[0].idle = 0
			}
			m.finish()
			if tt.want == "" {
				require.Nil(t, m.broken)
				require.Equal(t, tt.where, m.where())
				return
			}
			require.NotNil(t, m.broken)
			require.Contains(t, *m.broken, tt.want)
		})
	}
}
