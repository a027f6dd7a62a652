package flowtest

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	// maxDays is the longest wait in days; not far above it a time.Duration ends.
	maxDays = 100 * 365
	// timeLayout is a time in a transcript.
	timeLayout = "2006-01-02 15:04"
)

// parseWait reads a duration, in days too.
func parseWait(s string) (time.Duration, error) {
	s = strings.TrimSpace(s)
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n <= 0 || n > maxDays {
			return 0, fmt.Errorf("malformed duration %q: such as 90s, 15m, 3h or 2d", s)
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("malformed duration %q: such as 90s, 15m, 3h or 2d", s)
	}
	return d, nil
}
