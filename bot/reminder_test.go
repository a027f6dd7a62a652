package bot

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
)

// Two bookings for the same day leave two reminders at the same time. Their turns, and so the
// retry keys of what they send, must differ: the platform would take the second for a repetition.
func TestRemindersAtOneTimeDiffer(t *testing.T) {
	t.Parallel()
	b := flow.New[struct{}]("booking")
	b.Start(flow.Any()).To("a")
	b.In("a").On(flow.Any()).End()
	booking := b.MustBuild()
	due := time.UnixMilli(1_700_000_000_000)
	var rec record
	for _, own := range []string{"zj", "FE", "-_"} {
		rec.timers = appendReminders(rec.timers, booking, own, []flow.Reminder{{Name: "day_before", Due: due}})
	}
	require.Len(t, rec.timers, 3)
	turns := map[string]bool{}
	for i := range rec.timers {
		turns[rec.timers[i].turn()] = true
		require.False(t, rec.timers[i].due.Before(due))
	}
	require.Len(t, turns, 3)
}

// Reminders that builds without keys set are left alone, whatever is set beside them. A key of the author's is
// never that of a conversation.
func TestRemindersOfEarlierBuilds(t *testing.T) {
	t.Parallel()
	b := flow.New[struct{}]("booking")
	b.Start(flow.Any()).To("a")
	b.In("a").On(flow.Any()).End()
	booking := b.MustBuild()
	due := time.UnixMilli(1_700_000_000_000)
	earlier := timer{flow: "booking", name: "day_before", due: due}
	kept := []timer{earlier, {flow: "booking", name: "day_before", due: due.Add(time.Hour), key: "zj"}}
	for _, own := range []string{"", "FE"} {
		all := []flow.Reminder{{Name: "day_before"}, {Name: "day_before", Due: due}, {Name: "day_before", Key: "zj"}}
		got := appendReminders(slices.Clone(kept), booking, own, all)
		require.Equal(t, append(slices.Clone(kept), timer{
			flow: "booking", name: "day_before", key: own, due: due.Add(time.Millisecond),
		}), got)
	}
}

// A conversation that begins has another name than those whose reminders wait: else it would move theirs.
func TestConversationsOfRemindersAreApart(t *testing.T) {
	t.Parallel()
	g := progress{id: "shop/VG6d19s771pssf9E", in: &flow.Input{Turn: "event-1"}}
	seen := map[string]bool{}
	for range 50 {
		chars := conversationOf(unpackMark(g.id, g.firstMark()))
		require.Len(t, chars, conversationEnd-sessionEnd)
		require.False(t, seen[chars])
		seen[chars] = true
		g.rec.timers = append(g.rec.timers, timer{flow: "booking", name: "day_before", key: chars})
	}
	require.Empty(t, conversationOf("k3Xq0"), "of an earlier build")
}

// An event goes before a timer that was put off; the sweep begins it at its time.
func TestPutOffTimersLetEventsPass(t *testing.T) {
	t.Parallel()
	due := time.UnixMilli(1_700_000_000_000)
	rec := record{timers: []timer{
		{name: "failed", due: due, attempts: 1, wait: time.Second},
		{name: "other", due: due.Add(2 * time.Second)},
	}}
	require.Equal(t, -1, rec.firstDue(due.Add(time.Second), false))
	require.Equal(t, 1, rec.firstDue(due.Add(time.Minute), false))
	require.Equal(t, -1, rec.firstDue(due.Add(time.Second-1), true))
	require.Equal(t, 0, rec.firstDue(due.Add(time.Minute), true))
	require.Equal(t, due.Add(time.Second), rec.due())
}

// A timer that was put off stays so when another fires and leaves it as it is, and begins anew when the
// flow sets it for another time.
func TestTimerKeepsItsAttempts(t *testing.T) {
	t.Parallel()
	due := time.UnixMilli(1_700_000_000_000)
	rec := record{conversation: conversation{flow: "booking", state: "a"}, timers: []timer{
		{name: "at", due: due, attempts: 3, wait: time.Second}, {name: "after", due: due, attempts: 2, wait: time.Second},
	}}
	rec.setTimers(0, []flow.Timer{{Name: "at", Due: due}, {Name: "after", Due: due.Add(time.Minute)}})
	require.Equal(t, []timer{
		{name: "at", due: due, attempts: 3, wait: time.Second}, {name: "after", due: due.Add(time.Minute)},
	}, rec.timers)
}
