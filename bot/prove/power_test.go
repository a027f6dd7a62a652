package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The disk goes back to its last known size at the time, and keeps all of it if that is now.
func TestDiskIsCut(t *testing.T) {
	t.Parallel()
	at := func(ms int64) time.Time { return time.UnixMilli(ms) }
	for _, tt := range []struct {
		name  string
		since int64
		from  int64
		bytes int64
	}{
		{"now", 5000, 5000, 9},
		{"between two looks", 2500, 2000, 4},
		{"at a look", 2000, 2000, 4},
		{"before the first", 500, 1000, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "aof")
			require.NoError(t, os.WriteFile(file, []byte("123456789"), 0o600))
			d := &disk{file: file, sizes: []size{{at(1000), 2}, {at(2000), 4}, {at(3000), 7}}}
			from, err := d.cut(at(tt.since))
			require.NoError(t, err)
			require.Equal(t, at(tt.from), from)
			f, err := os.Stat(file)
			require.NoError(t, err)
			require.Equal(t, tt.bytes, f.Size())
			require.Empty(t, d.sizes, "another start, another file")
		})
	}
	_, err := (&disk{file: "nowhere", sizes: []size{{at(1), 1}}}).cut(at(1))
	require.Error(t, err)
}

// What was acknowledged in a time that Redis forgot may be lost; what came before or after may not.
func TestLostOfWhatRedisForgot(t *testing.T) {
	t.Parallel()
	at := func(ms int64) time.Time { return time.UnixMilli(ms) }
	for _, tt := range []struct {
		name     string
		accepted int64
		want     int
	}{
		{"before", 900, 1}, {"in it", 1500, 0}, {"an answer on its way", 2100, 0}, {"after", 2400, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &stage{}
			s.forget(at(1000), at(2000))
			v := view{c: &tally{}, forgotten: s.forgotten, parts: map[part]*message{}}
			v.end([]*event{{user: userID(1, 1), kind: kindPlain, accepted: at(tt.accepted)}})
			require.Equal(t, 1, v.c.lost)
			require.Equal(t, tt.want, v.c.unexcused)
		})
	}
}

// A timer that fired in a time that Redis forgot fires again, and one that was armed then may not
// fire.
func TestTimersOfWhatRedisForgot(t *testing.T) {
	t.Parallel()
	at := func(ms int64) time.Time { return time.UnixMilli(ms) }
	for _, tt := range []struct {
		name      string
		armed     int64
		fired     []int64
		doubled   int
		rerun     int
		unexcused int
	}{
		{"armed before, lost", 900, nil, 0, 0, 1},
		{"armed in it, lost", 1500, nil, 0, 0, 0},
		{"fired before, and again", 500, []int64{900, 2500}, 1, 0, 0},
		{"fired in it, and again", 500, []int64{1500, 2500}, 1, 1, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &stage{}
			s.forget(at(1000), at(2000))
			v := view{c: &tally{}, forgotten: s.forgotten, parts: map[part]*message{}, due: map[int]int64{0: 600}}
			v.parts[part{false, 0, 1}] = &message{at: at(tt.armed)}
			events := []*event{{user: userID(1, 1), kind: kindPlain, accepted: at(tt.armed)}}
			for _, ms := range tt.fired {
				m := fired(0, 600, ms)
				v.see(&m, events)
			}
			v.end(events)
			require.Equal(t, tt.doubled, v.c.doubled)
			require.Equal(t, tt.rerun, v.c.rerun)
			require.Equal(t, tt.unexcused, v.c.unexcused)
		})
	}
}
