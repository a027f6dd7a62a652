package flowtest

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The time of a message and the end of a wait are in the zone of the script.
func TestTimesAreInTheZone(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*60*60)
	came := time.Date(2026, 12, 4, 1, 0, 0, 0, time.UTC)
	msgs := []message{{Type: "text", Text: "Soon.", at: came}, {Type: "text", Text: "Now.", at: came.Add(time.Hour)}}
	for zone, want := range map[*time.Location]string{
		time.UTC: "@ 2026-12-04 01:00\n< Soon.\n@ 2026-12-04 02:00\n< Now.\n",
		tokyo:    "@ 2026-12-04 10:00\n< Soon.\n@ 2026-12-04 11:00\n< Now.\n",
	} {
		var b strings.Builder
		(&script{zone: zone}).writeMessages(&b, msgs, came.Add(time.Hour))
		require.Equal(t, want, b.String())
	}
	w, err := parseWait(" 2026-12-04 10:00")
	require.NoError(t, err)
	for zone, want := range map[*time.Location]time.Duration{time.UTC: 10 * time.Hour, tokyo: time.Hour} {
		d, err := w.from(came.Add(-time.Hour).In(zone))
		require.NoError(t, err)
		require.Equal(t, want, d)
	}
	_, err = wait{until: came.AddDate(300, 0, 0)}.from(came)
	require.ErrorContains(t, err, "it is 2026-12-04 01:00 now: no wait until 2326-12-04 01:00")
}
