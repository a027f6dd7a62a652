package answer

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
)

// Day returns a parser for a day that is at least from and at most to days ahead of today in the bot's zone:
// Day(1, 60) is from tomorrow on, Day(-7, 0) the last week. The value is such as "2026-12-05". It reads
//
//	2026-12-05, 2026/12/5, 2026年12月5日       with a year, also as a picker gives it
//	12/5, 12-5, 12月5日, Dec 5, 5 December    the next such day: month first, in every language
//	5日                                       the next day of that number
//	today, tomorrow, 今日, 明日, 明後日
//
// with or without the weekday behind it, such as 12/5(土), which has to be right then. If to is not above
// zero, a day without a year is the last such day.
func Day(from, to int) Parser[string] {
	if from > to {
		return nil
	}
	return func(_ context.Context, a *flow.Answer) (string, error) {
		today := dayOf(a.Now)
		day, ok := readDay(short(a), today, to <= 0)
		if ahead := int((day.Unix() - today.Unix()) / secondsPerDay); !ok || ahead < from || ahead > to {
			return refuse[string]()
		}
		return day.Format(time.DateOnly), nil
	}
}

const secondsPerDay = 24 * 60 * 60

// dayOf returns the day of t in its zone. Days are counted in UTC, where each has 24 hours.
func dayOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// relative are days by name, in days ahead.
var relative = map[string]int{
	"today": 0, "今日": 0, "きょう": 0, "本日": 0,
	"tomorrow": 1, "明日": 1, "あした": 1, "あす": 1,
	"the day after tomorrow": 2, "day after tomorrow": 2, "明後日": 2, "あさって": 2,
	"yesterday": -1, "昨日": -1, "きのう": -1,
}

// The forms of a day. The groups are named: y, m and d are numbers, name is a month.
var (
	weekdayForm = regexp.MustCompile(`^(.+?)\((日|月|火|水|木|金|土|sun|mon|tue|wed|thu|fri|sat)[^()]*\)$`)
	dayForms    = []*regexp.Regexp{
		regexp.MustCompile(`^(?:(?P<y>\d{4})[-/.年])?(?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?$`),
		regexp.MustCompile(`^(?P<d>\d{1,2})日$`),
		regexp.MustCompile(`^(?P<name>[a-z]{3,9})\.?(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:[ ,]*(?P<y>\d{4}))?$`),
		regexp.MustCompile(`^(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:of)?(?P<name>[a-z]{3,9})\.?,?(?P<y>\d{4})?$`),
	}
	weekdays = map[string]time.Weekday{
		"日": 0, "月": 1, "火": 2, "水": 3, "木": 4, "金": 5, "土": 6,
		"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6,
	}
)

// readDay returns the day that s means today. A day without a year is the next one, or with past the last.
func readDay(s string, today time.Time, past bool) (time.Time, bool) {
	if n, ok := relative[s]; ok {
		return today.AddDate(0, 0, n), true
	}
	s = tight(s)
	weekday := ""
	if m := weekdayForm.FindStringSubmatch(s); m != nil {
		s, weekday = m[1], m[2]
	}
	for _, form := range dayForms {
		m := form.FindStringSubmatch(s)
		if m == nil {
			continue
		}
		parts := map[string]string{}
		for i, name := range form.SubexpNames() {
			parts[name] = m[i]
		}
		day, ok := findDay(parts, today, past)
		return day, ok && (weekday == "" || weekdays[weekday] == day.Weekday())
	}
	return time.Time{}, false
}

// maxYears is how long it may take until the next 29 February: there was none in 1900.
const maxYears = 8

// findDay returns the day with these parts.
func findDay(parts map[string]string, today time.Time, past bool) (time.Time, bool) {
	y, _ := strconv.Atoi(parts["y"])
	m, _ := strconv.Atoi(parts["m"])
	d, _ := strconv.Atoi(parts["d"])
	if name := parts["name"]; name != "" {
		m = month(name)
		if m == 0 {
			return time.Time{}, false
		}
	} else if parts["m"] != "" && m == 0 {
		return time.Time{}, false
	}
	if parts["y"] != "" {
		day := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
		return day, int(day.Month()) == m && day.Day() == d
	}
	step := 1
	if past {
		step = -1
	}
	for i := range maxYears * 366 {
		day := today.AddDate(0, 0, step*i)
		if day.Day() == d && (m == 0 || int(day.Month()) == m) {
			return day, true
		}
	}
	return time.Time{}, false
}

// month returns the number of a month that is written out or cut off after three letters or more; 0 for
// another word.
func month(name string) int {
	for m := time.January; m <= time.December; m++ {
		if strings.HasPrefix(strings.ToLower(m.String()), name) {
			return int(m)
		}
	}
	return 0
}
