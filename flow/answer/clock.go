package answer

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
)

// TimeOfDay returns a parser for a time of day between from and to, such as "11:30" and "21:00"; both are
// within. If to is before from, it is on the next day: TimeOfDay("18:00", "02:00") takes 23:00 and 1:00.
// The value is such as "19:00". It reads what a picker gives, 19:00, 7pm, 7:30 pm, 19時, 19時30分, 19時半,
// 午後7時, noon and 正午.
func TimeOfDay(from, to string) Parser[string] {
	first, err := time.Parse(clockLayout, from)
	last, err2 := time.Parse(clockLayout, to)
	if err != nil || err2 != nil {
		return nil
	}
	least, most := minuteOf(first), minuteOf(last)
	return func(_ context.Context, a *flow.Answer) (string, error) {
		minute, ok := readClock(short(a))
		within := minute >= least && minute <= most
		if most < least {
			within = minute >= least || minute <= most
		}
		if !ok || !within {
			return refuse[string]()
		}
		return fmt.Sprintf("%02d:%02d", minute/60, minute%60), nil
	}
}

const clockLayout = "15:04"

// minuteOf returns how many minutes of the day were over at t.
func minuteOf(t time.Time) int { return t.Hour()*60 + t.Minute() }

// DateTime returns a parser for a time that is at least from and at most to after the time of the turn.
// The value is in the bot's zone. It reads a day as Day and a time as TimeOfDay do, one behind the other:
// 2026-12-05T19:00 as a picker gives it, 2026-12-05 19:00, 12/5 7pm, 明日19時. A time that the clocks leave
// out, because summer time begins, is refused.
func DateTime(from, to time.Duration) Parser[time.Time] {
	if from > to {
		return nil
	}
	return func(_ context.Context, a *flow.Answer) (time.Time, error) {
		t, ok := readDateTime(short(a), a.Now, to <= 0)
		if !ok || t.Before(a.Now.Add(from)) || t.After(a.Now.Add(to)) {
			return refuse[time.Time]()
		}
		return t, nil
	}
}

// readDateTime splits s where a day may end, and takes the first split with a day before and a time
// behind it. No split parts two digits: 12/119:00 would be two times.
func readDateTime(s string, now time.Time, past bool) (time.Time, bool) {
	for i := range s {
		if i == 0 || isDigit(s[i-1]) && isDigit(s[i]) {
			continue
		}
		minute, ok := readClock(strings.TrimPrefix(strings.TrimLeft(s[i:], " t,の"), "at "))
		if !ok {
			continue
		}
		day, ok := readDay(strings.TrimSpace(s[:i]), dayOf(now), past)
		if !ok {
			continue
		}
		t := time.Date(day.Year(), day.Month(), day.Day(), 0, minute, 0, 0, now.Location())
		return t, minuteOf(t) == minute && dayOf(t).Equal(day)
	}
	return time.Time{}, false
}

var (
	clockForm = regexp.MustCompile(
		`^(am|pm|午前|午後)?(\d{1,2})(?::(\d{2})|時(?:(\d{1,2})分?|(半))?)?(am|a\.m|pm|p\.m)?$`)
	clockNames = map[string]int{"noon": 12 * 60, "正午": 12 * 60, "midnight": 0}
)

// readClock returns the minute of the day that s means.
func readClock(s string) (int, bool) {
	if minute, ok := clockNames[s]; ok {
		return minute, true
	}
	s = tight(s)
	m := clockForm.FindStringSubmatch(s)
	if m == nil || m[1] != "" && m[6] != "" {
		return 0, false
	}
	hour, _ := strconv.Atoi(m[2])
	minute, _ := strconv.Atoi(m[3] + m[4])
	if m[5] != "" {
		minute = 30
	}
	half := m[1] + m[6] // of the day
	switch {
	case half == "" && m[2] == s: // a number alone
		return 0, false
	case half != "" && hour > 12:
		return 0, false
	case half == "pm" || half == "p.m" || half == "午後":
		hour = hour%12 + 12
	case half != "":
		hour %= 12
	}
	return hour*60 + minute, hour < 24 && minute < 60
}
