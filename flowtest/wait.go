package flowtest

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// wait is how much time passes: d, or until a time of day.
type wait struct {
	d     time.Duration
	until time.Time // in UTC, whatever the zone that is meant
}

const (
	// maxDays is the longest wait in days; not far above it a time.Duration ends.
	maxDays = 100 * 365
	// longWait is from when on a transcript says when a message came.
	longWait = time.Hour
	// timeLayout is a time in a transcript.
	timeLayout = "2006-01-02 15:04"
)

// parseWait reads a duration, in days too, or a time.
func parseWait(s string) (wait, error) {
	s = strings.TrimSpace(s)
	if t, err := time.Parse(timeLayout, s); err == nil {
		return wait{until: t}, nil
	}
	d, err := time.ParseDuration(s)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		var n int
		if n, err = strconv.Atoi(days); n > maxDays {
			err = strconv.ErrRange
		}
		d = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || d <= 0 {
		return wait{}, fmt.Errorf("malformed wait %q: such as 90s, 15m, 3h or 2d, or until a time, such as %s", s, timeLayout)
	}
	return wait{d: d}, nil
}

// from returns how long the wait is that begins now. The time until which it lasts is in now's zone.
func (w wait) from(now time.Time) (time.Duration, error) {
	if w.until.IsZero() {
		return w.d, nil
	}
	u := w.until
	d := time.Date(u.Year(), u.Month(), u.Day(), u.Hour(), u.Minute(), 0, 0, now.Location()).Sub(now)
	if d <= 0 || d > maxDays*24*time.Hour {
		return 0, fmt.Errorf("it is %s now: no wait until %s", clock(now), u.Format(timeLayout))
	}
	return d, nil
}

// clock writes a time as a transcript shows it. Most times have no seconds.
func clock(t time.Time) string {
	if t.Second() != 0 {
		return t.Format(time.DateTime)
	}
	return t.Format(timeLayout)
}
