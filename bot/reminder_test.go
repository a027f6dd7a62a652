package bot

import (
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
	for range 3 {
		rec.timers = appendReminders(rec.timers, booking, []flow.Reminder{{Name: "day_before", Due: due}})
	}
	require.Len(t, rec.timers, 3)
	turns := map[string]bool{}
	for i := range rec.timers {
		turns[rec.timers[i].turn()] = true
		require.False(t, rec.timers[i].due.Before(due))
	}
	require.Len(t, turns, 3)
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
