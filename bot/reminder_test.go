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
	b := flow.New[struct{}]("booking", "a")
	b.StartOn(flow.Any())
	b.In("a").On(flow.Any()).End()
	booking := b.MustBuild()
	due := time.UnixMilli(1_700_000_000_000)
	var rec record
	for range 3 {
		var err error
		rec, err = after(rec, booking, "turn", &flow.Result{
			Handled: true, Reminders: []flow.Reminder{{Name: "day_before", Due: due}},
		})
		require.NoError(t, err)
	}
	require.Len(t, rec.timers, 3)
	turns := map[string]bool{}
	for i := range rec.timers {
		turns[rec.timers[i].turn()] = true
		require.False(t, rec.timers[i].due.Before(due))
	}
	require.Len(t, turns, 3)
}
