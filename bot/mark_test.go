package bot

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

const (
	aSession = "shop/VG6d19s771pssf9E"
	bSession = "shop/oCskfrSwjH5rj0sB"
)

// pressed is a tap on a button with that mark.
func pressed(mark string) *transport.Event {
	return &transport.Event{Kind: transport.KindPostback, Postback: transport.Postback{Data: "yes", Mark: mark}}
}

// TestStepMarks keeps marks from changing: they are in people's chats.
func TestStepMarks(t *testing.T) {
	for _, tt := range []struct{ name, id, present, turn, want string }{
		{"a conversation begins", aSession, "", "event-1", "qWzjaGPC"},
		{"its next step", aSession, "qWzjaGPC", "event-2", "qWzjPRT4"},
		{"the same step in a turn that runs again", aSession, "qWzjaGPC", "event-2", "qWzjPRT4"},
		{"another conversation begins", aSession, "", "event-3", "qWFEG6Vh"},
		{"after a step of an earlier build", aSession, "k3Xq0", "event-1", "qWzjaGPC"},
		{"after a mark of no step", aSession, "qW-----N", "event-1", "qWzjaGPC"},
		{"after a mark of another session", aSession, "JazjaGPd", "event-2", stepMark(aSession, "", "event-2")},
		{"another session", bSession, "", "event-1", "JazjaGPd"},
		{"an id without account", "VG6d19s771pssf9E", "", "event-1", "qWzjaGPC"},
		{"a hash that says no conversation", aSession, "", "event-685", "qW-_49fo"},
	} {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, stepMark(tt.id, tt.present, tt.turn)) })
	}
	require.Equal(t, "qW-----N", looseMark(aSession))
	require.Equal(t, "Ja-----Y", looseMark(bSession))
	require.NotEqual(t, looseMark("a short id"), looseMark(""))
}

func TestTapOf(t *testing.T) {
	const present = "qWzjPRT4"
	for _, tt := range []struct {
		name, mark, present string
		want                tap
	}{
		{"a rich menu", "", present, tapUnmarked},
		{"a reminder", "qW-----N", present, tapLoose},
		{"the present step", "qWzjPRT4", present, tapAlive},
		{"an earlier step", "qWzjaGPC", present, tapEarlier},
		{"another conversation", "qWFEG6Vh", present, tapStale},
		{"an earlier build", "k3Xqo", present, tapStale},
		{"another session", "JazjaGPd", present, tapForeign},
		{"a reminder of another session", "Ja-----Y", present, tapForeign},

		{"no flow active, a rich menu", "", "", tapUnmarked},
		{"no flow active, a reminder", "qW-----N", "", tapLoose},
		{"no flow active, a step", "qWzjPRT4", "", tapStale},
		{"no flow active, an earlier build", "k3Xqo", "", tapStale},
		{"no flow active, another session", "JazjaGPd", "", tapForeign},

		{"a step of an earlier build is active", "k3Xqo", "k3Xqo", tapAlive},
		{"a step of an earlier build is active, another of them", "YIeEf", "k3Xqo", tapStale},
		{"a step of an earlier build is active, a step", "qWzjaGPC", "k3Xqo", tapStale},
		{"a step of an earlier build is active, another session", "JazjaGPd", "k3Xqo", tapForeign},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, tapOf(pressed(tt.mark), aSession, tt.present))
		})
	}
	t.Run("a text", func(t *testing.T) {
		e := &transport.Event{Kind: transport.KindText, Text: "~qWzjPRT4~yes"}
		require.Equal(t, tapNone, tapOf(e, aSession, present))
		require.Equal(t, tapNone, tapOf(e, aSession, ""))
	})
}

// The data of a button that was made elsewhere is the author's own, whatever it begins with.
func TestOwnData(t *testing.T) {
	for _, tt := range []struct {
		name, data, present string
		own                 bool
	}{
		{"no mark", "yes", "", true},
		{"five characters", "~hello~x", "", true},
		{"eight characters", "~good-bye~x", "", true},
		{"eight characters that begin like the session's", "~qWzjaGP0~x", "qWzjPRT4", true},
		{"a mark", "~qWzjaGPC~x", "", false},
		{"a mark of no step", "~qW-----N~x", "", false},
		{"a mark of another session", "~JazjaGPd~x", "qWzjPRT4", false},
		{"a mark of an earlier build", "~k3Xqo~x", "qWzjPRT4", false},
		{"a mark of November 2026 without a hash, of the present step", "~hello~x", "hello", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := pressed("")
			e.Postback.Data, e.Postback.Mark = transport.Unmark(tt.data)
			before := *e
			got := ownData(e, tt.present)
			require.Equal(t, before, *e, "the event that came is not written to")
			if tt.own {
				require.Equal(t, transport.Postback{Data: tt.data}, got.Postback)
				require.Equal(t, tapUnmarked, tapOf(got, aSession, tt.present))
			} else {
				require.Equal(t, before.Postback, got.Postback)
				require.NotEqual(t, tapUnmarked, tapOf(got, aSession, tt.present))
			}
		})
	}
}

// checkMarks holds the marks of two conversations of one session, and of another session, to what they promise.
func checkMarks(t *testing.T, id, other, first, second, third string) {
	mine, loose := []string{stepMark(id, "", first)}, looseMark(id)
	for _, turn := range []string{second, third} {
		mine = append(mine, stepMark(id, mine[len(mine)-1], turn))
	}
	foreign := stepMark(other, mine[0], first)
	for _, m := range append(mine, loose, foreign, looseMark(other)) {
		data, mark := transport.Unmark(transport.Mark("yes", m))
		require.Equal(t, "yes", data)
		require.Equal(t, m, mark)
		require.Len(t, m, transport.MarkLen)
		e := pressed(m)
		require.Same(t, e, ownData(e, ""), "a mark is told from data that looks like one")
	}
	require.Equal(t, mine[1], stepMark(id, mine[0], second), "a turn that runs again")
	present := mine[2]
	for _, m := range mine {
		require.Equal(t, tapStale, tapOf(pressed(m), id, ""))
		if m == present {
			require.Equal(t, tapAlive, tapOf(pressed(m), id, present))
		} else {
			require.Equal(t, tapEarlier, tapOf(pressed(m), id, present))
		}
	}
	require.Equal(t, tapLoose, tapOf(pressed(loose), id, present))
	if markOfSession(id) != markOfSession(other) {
		for _, p := range []string{"", present} {
			require.Equal(t, tapForeign, tapOf(pressed(foreign), id, p))
			require.Equal(t, tapForeign, tapOf(pressed(looseMark(other)), id, p))
		}
	}
}

func FuzzMarks(f *testing.F) {
	f.Add(aSession, bSession, "event-1", "event-2", "event-3")
	f.Add("", "short", "", "", "")
	f.Add("VG6d19s771pssf9E", aSession, "event-685", "timer::idle:1796040000000", "event-685")
	f.Fuzz(func(t *testing.T, id, other, first, second, third string) {
		checkMarks(t, id, other, first, second, third)
	})
}

// TestMarksOfRandomSessions does it for ids and turns as there are, and counts the mistakes.
func TestMarksOfRandomSessions(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 43))
	ids := make([]string, 3000)
	for i := range ids {
		ids[i] = session.Key{Channel: "shop", Chat: transport.ChatUser, ChatID: fmt.Sprint("U", r.Uint64())}.ID()
	}
	turn := func() string { return fmt.Sprintf("01H%016X", r.Uint64()) }
	var looksMarked, stale, earlier int
	for i, id := range ids {
		other := ids[(i+1)%len(ids)]
		checkMarks(t, id, other, turn(), turn(), turn())
		for range 10 { // data such as "~xxxxxxxx~"
			e := pressed(hashText(turn(), transport.MarkLen))
			if ownData(e, "") == e {
				looksMarked++
			}
		}
		present, passed, theirs := stepMark(id, "", turn()), stepMark(id, "", turn()), stepMark(other, "", turn())
		if tapOf(pressed(passed), id, present) == tapEarlier {
			earlier++
		}
		if tapOf(pressed(theirs), id, present) == tapStale {
			stale++
		}
		require.NotEqual(t, tapAlive, tapOf(pressed(passed), id, present))
		require.NotEqual(t, tapAlive, tapOf(pressed(theirs), id, present))
	}
	require.InDelta(t, 30_000/64, looksMarked, 100)
	require.LessOrEqual(t, stale, 5, "about 1 in 4,096")
	require.LessOrEqual(t, earlier, 5, "about 1 in 4,096")
}

func BenchmarkMarks(b *testing.B) {
	present := stepMark(aSession, "", "event-1")
	b.Run("step", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			stepMark(aSession, present, "event-2")
		}
	})
	b.Run("tap", func(b *testing.B) {
		e := pressed(stepMark(aSession, present, "event-2"))
		b.ReportAllocs()
		for b.Loop() {
			tapOf(ownData(e, present), aSession, present)
		}
	})
}
