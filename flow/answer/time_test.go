package answer_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flow/answer"
)

func TestDay(t *testing.T) {
	t.Parallel()
	reads(t, answer.Day(1, 60), map[string]string{
		"2026-12-05": "2026-12-05", "2026/12/5": "2026-12-05", "2026.12.5": "2026-12-05", "２０２６年１２月５日": "2026-12-05",
		"12/5": "2026-12-05", "１２／５": "2026-12-05", "12-05": "2026-12-05", "１２ー５": "2026-12-05", "12 / 5": "2026-12-05",
		"12月5日": "2026-12-05", " 12月5日。": "2026-12-05", "12月5日です": "2026-12-05", "12月5日でお願いします": "2026-12-05",
		"12/5(土)": "2026-12-05", "12月5日（土曜日）": "2026-12-05", "12/5 (Sat)": "2026-12-05", "5日": "2026-12-05",
		"Dec 5": "2026-12-05", "december 5th": "2026-12-05", "5 Dec.": "2026-12-05", "Dec. 5, 2026": "2026-12-05",
		"5th of December 2026": "2026-12-05", "Jan 5": "2027-01-05",
		"1/5": "2027-01-05", "1月30日": "2027-01-30",
		"tomorrow": "2026-12-02", "Tomorrow!": "2026-12-02", "明日": "2026-12-02", "あした": "2026-12-02",
		"明後日": "2026-12-03", "あさって": "2026-12-03", "the day after tomorrow": "2026-12-03",
	})
	refuses(t, answer.Day(1, 60),
		"today", "今日", "12/1", "2026-12-01", "1日 2日", "yesterday", "11/30", "1/31", "2027-01-31", "2025-12-05", // out of bounds
		"2/30", "2026-12-00", "13/1", "0/5", "12/0", "12/32", "Foo 5", "Dec 32", "0日", "32日", // no days
		"12/5(日)", "12/5 or 12/6", "1 2/5", "12 5", "12", "26/12/5", "2026-12-05T19:00", "soon", "de 5", "decembers 5")
	refuses(t, answer.Day(1, 400), "2027-02-29", "2/29", "2027/2/30", "2027年4月31日", "2026-12-32", "2026-13-01", "2027-00-10")
	reads(t, answer.Day(0, 0), map[string]string{"today": "2026-12-01", "きょう": "2026-12-01", "12/1": "2026-12-01", "1日": "2026-12-01"})
	reads(t, answer.Day(-40000, 0), map[string]string{ // a day that was
		"1985-04-03": "1985-04-03", "12/1": "2026-12-01", "12/2": "2025-12-02", "2/29": "2024-02-29", "昨日": "2026-11-30",
	})
	reads(t, answer.Day(0, 1000), map[string]string{"2/29": "2028-02-29", "11/30": "2027-11-30"})
}

// Today is today in the bot's zone, in each hour.
func TestDayInZone(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	for _, tt := range []struct {
		now  time.Time
		want string
	}{
		{time.Date(2026, 12, 1, 0, 0, 0, 0, tokyo), "2026-12-02"},
		{time.Date(2026, 12, 1, 23, 59, 59, 0, tokyo), "2026-12-02"},
		{time.Date(2026, 12, 31, 23, 0, 0, 0, zone), "2027-01-01"},
		{time.Date(2026, 3, 7, 23, 30, 0, 0, zone), "2026-03-08"},   // of 23 hours
		{time.Date(2026, 10, 31, 23, 30, 0, 0, zone), "2026-11-01"}, // of 25 hours
	} {
		a := typed("tomorrow")
		a.Now = tt.now
		got, err := answer.Day(1, 1)(t.Context(), a)
		require.NoError(t, err)
		require.Equal(t, tt.want, got)
	}
}

func TestTimeOfDay(t *testing.T) {
	t.Parallel()
	reads(t, answer.TimeOfDay("00:00", "23:59"), map[string]string{
		"19:00": "19:00", "１９：３０": "19:30", "9:05": "09:05", "00:00": "00:00", "23:59": "23:59",
		"7pm": "19:00", "7 PM": "19:00", "7:30 pm": "19:30", "7 p.m.": "19:00", "PM7:30": "19:30", "12am": "00:00",
		"12:30pm": "12:30", "9 a.m": "09:00",
		"19時": "19:00", "１９時": "19:00", "19時30分": "19:30", "19時半": "19:30", "19時30": "19:30", "7時": "07:00",
		"午後7時": "19:00", "午後７時半": "19:30", "午前0時": "00:00", "午後0時": "12:00", "午前 9時": "09:00",
		"19時でお願いします": "19:00", "19時です。": "19:00", "noon": "12:00", "正午": "12:00", "midnight": "00:00",
	})
	refuses(t, answer.TimeOfDay("00:00", "23:59"), "19", "7", "1900", "24:00", "25時", "19:60", "19時60分", "13pm", "午後13時",
		"午後7pm", "19:0", ":30", "pm", "soon", "7pm or 8pm", "19:00:00", "2026-12-05")
	reads(t, answer.TimeOfDay("11:30", "21:00"), map[string]string{"11:30": "11:30", "21時": "21:00"})
	refuses(t, answer.TimeOfDay("11:30", "21:00"), "11:29", "21:01", "7時")
	reads(t, answer.TimeOfDay("18:00", "02:00"), map[string]string{"18:00": "18:00", "2am": "02:00", "0:30": "00:30"})
	refuses(t, answer.TimeOfDay("18:00", "02:00"), "17:59", "2:01")
}

func TestDateTime(t *testing.T) {
	t.Parallel()
	at := func(d, h, m int) time.Time { return time.Date(2026, 12, d, h, m, 0, 0, tokyo) }
	p := answer.DateTime(30*time.Minute, 7*24*time.Hour)
	reads(t, p, map[string]time.Time{
		"2026-12-05T19:00": at(5, 19, 0), "2026-12-05t19:00": at(5, 19, 0), "2026-12-05 19:00": at(5, 19, 0),
		"２０２６－１２－０５　１９：００": at(5, 19, 0), "12/5 7pm": at(5, 19, 0), "12/5 7:30 pm": at(5, 19, 30),
		"Dec 5, 2026 7pm": at(5, 19, 0), "Dec 5 at 19:00": at(5, 19, 0),
		"明日19時": at(2, 19, 0), "明日の午後7時半": at(2, 19, 30), "12月5日（土）19時でお願いします": at(5, 19, 0),
		"tomorrow at 7pm": at(2, 19, 0), "tomorrow, noon": at(2, 12, 0), "day after tomorrow 9:00": at(3, 9, 0),
		"today 9:00": at(1, 9, 0), "12/8 8:30": at(8, 8, 30), // the bounds
	})
	refuses(t, p, "today 8:59", "12/8 8:31", "12/119:00", "2026-12-05", "19:00", "12/5 2026", "2/30 19:00", "12/5 24:00",
		"12/5(日) 19:00", "12/5 19:00 20:00", "tomorrow", "T19:00")
	reads(t, answer.DateTime(-48*time.Hour, 0), map[string]time.Time{
		"昨日19時": time.Date(2026, 11, 30, 19, 0, 0, 0, tokyo), "11/30 7pm": time.Date(2026, 11, 30, 19, 0, 0, 0, tokyo),
	})
}

// An hour that summer time leaves out is no time.
func TestDateTimeInGap(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	read := func(s string) (time.Time, error) {
		a := typed(s)
		a.Now = time.Date(2026, 3, 7, 12, 0, 0, 0, zone)
		return answer.DateTime(0, 48*time.Hour)(t.Context(), a)
	}
	_, err = read("3/8 2:30")
	require.ErrorIs(t, err, flow.Reject())
	got, err := read("3/8 3:30")
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, 3, 8, 3, 30, 0, 0, zone), got)
}

func FuzzDay(f *testing.F) {
	for _, s := range []string{"2026-12-05", "12/5(土)", "12月5日", "tomorrow", "明後日", "2/30", "5th of December", "9999-12-31", "5日"} {
		f.Add(s, 1, 60, now.Unix())
	}
	f.Fuzz(func(t *testing.T, s string, from, to int, unix int64) {
		p := answer.Day(from, to)
		if p == nil || unix < 0 || unix > 1<<36 {
			return
		}
		a := typed(s)
		a.Now = time.Unix(unix, 0).In(tokyo)
		v, err := p(t.Context(), a)
		if err != nil {
			require.ErrorIs(t, err, flow.Reject())
			return
		}
		day, err := time.Parse(time.DateOnly, v)
		require.NoError(t, err)
		today, err := time.Parse(time.DateOnly, a.Now.Format(time.DateOnly))
		require.NoError(t, err)
		if ahead := int((day.Unix() - today.Unix()) / 86400); ahead < from || ahead > to {
			t.Fatalf("%q is %s, %d days ahead", s, v, ahead)
		}
	})
}

func FuzzTimeOfDay(f *testing.F) {
	for _, s := range []string{"19:00", "7:30 p.m.", "午後7時半", "24:00", "noon", "19時30分"} {
		f.Add(s, "11:30", "21:00")
		f.Add(s, "18:00", "02:00")
	}
	f.Fuzz(func(t *testing.T, s, from, to string) {
		p := answer.TimeOfDay(from, to)
		if p == nil {
			return
		}
		v, err := p(t.Context(), typed(s))
		if err != nil {
			return
		}
		clock := func(s string) time.Time {
			c, err := time.Parse("15:04", s)
			require.NoError(t, err)
			return c
		}
		within := !clock(v).Before(clock(from)) && !clock(v).After(clock(to))
		over := clock(to).Before(clock(from)) && (!clock(v).Before(clock(from)) || !clock(v).After(clock(to)))
		if !within && !over || len(v) != 5 {
			t.Fatalf("%q is %s", s, v)
		}
	})
}

func FuzzDateTime(f *testing.F) {
	for _, s := range []string{"2026-12-05T19:00", "明日の19時", "12/5(土) 7 pm", "tomorrow at noon", "12/119:00", "t"} {
		f.Add(s, int64(30*time.Minute), int64(7*24*time.Hour))
	}
	f.Fuzz(func(t *testing.T, s string, from, to int64) {
		const year = int64(366 * 24 * time.Hour)
		p := answer.DateTime(time.Duration(from), time.Duration(to))
		if p == nil || from < -year || to > year {
			return
		}
		v, err := p(t.Context(), typed(s))
		if err != nil {
			require.ErrorIs(t, err, flow.Reject())
			return
		}
		if ahead := v.Sub(now); ahead < time.Duration(from) || ahead > time.Duration(to) || v.Location() != tokyo {
			t.Fatalf("%q is %s", s, v)
		}
	})
}
