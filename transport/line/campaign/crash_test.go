package campaign_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
)

var errDead = errors.New("dead")

// mortal is a ledger in memory whose process dies at a moment: from then on it appends nothing.
type mortal struct {
	records []string
	open    bool
	left    int  // appends until the process dies; never if it is negative
	written bool // that the last of them is still there afterwards
	dead    bool
}

func (m *mortal) Open(context.Context, string) (campaign.Log, error) {
	if m.open {
		return nil, campaign.ErrBusy
	}
	m.open = true
	return m, nil
}

func (m *mortal) Read(_ context.Context, f func([]byte) error) error {
	for _, r := range m.records {
		if err := f([]byte(r)); err != nil {
			return err
		}
	}
	return nil
}

func (m *mortal) Append(_ context.Context, record []byte, _ bool) error {
	if m.dead {
		return errDead
	}
	m.left--
	m.dead = m.left == 0
	if !m.dead || m.written {
		m.records = append(m.records, string(record))
	}
	if m.dead {
		return errDead
	}
	return nil
}

func (m *mortal) Close() error { m.open = false; return nil }

// revive starts the process again.
func (m *mortal) revive() { m.dead, m.left = false, -1 }

// A campaign of three calls, whose process dies at every moment that there is, and goes on with
// another list.
func TestMulticastCrashEverywhere(t *testing.T) {
	const appends, calls = 7, 3
	list := slices.Concat(userIDs(600, 1300), userIDs(0, 600))
	check := func(t *testing.T, m *mortal, p *platform) {
		t.Helper()
		run := func(ids []string) error {
			_, err := campaign.Multicast(t.Context(), channel(direct{p}), m, "spring", campaign.IDs(ids), spring, quiet(nil))
			return err
		}
		require.ErrorIs(t, run(userIDs(0, 1200)), errDead)
		m.revive()
		time.Sleep(time.Hour)
		require.NoError(t, run(list))
		require.Equal(t, map[int]int{1: 1300}, p.each())
	}
	for n := 1; n <= appends; n++ {
		for _, written := range []bool{false, true} {
			t.Run(fmt.Sprintf("append %d, written %t", n, written), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { check(t, &mortal{left: n, written: written}, newPlatform()) })
			})
		}
	}
	for n := 1; n <= calls; n++ {
		for _, accepted := range []bool{false, true} {
			t.Run(fmt.Sprintf("call %d, accepted %t", n, accepted), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					m, p := &mortal{left: -1}, newPlatform()
					p.fault = after(n, accepted, func(w http.ResponseWriter) bool {
						m.dead = true
						return answer(w, 429, monthText) // nobody is there to read it
					})
					check(t, m, p)
				})
			})
		}
	}
}

// heeding is a ledger that appends nothing once the context has ended, as one behind a network.
type heeding struct{ *mortal }

func (h heeding) Open(context.Context, string) (campaign.Log, error) { return h, nil }

func (h heeding) Append(ctx context.Context, record []byte, outcome bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return h.mortal.Append(ctx, record, outcome)
}

// What LINE has answered is noted, also for one who does not wait for it any more.
func TestMulticastIsCancelledDuringACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		m, p := heeding{&mortal{left: -1}}, newPlatform()
		p.fault = func(_ int, _ http.ResponseWriter, next func() int) bool {
			next()
			cancel()
			return false
		}
		run := func(ctx context.Context) error {
			_, err := campaign.Multicast(ctx, channel(direct{p}), m, "spring", campaign.IDs(userIDs(0, 600)), spring, quiet(nil))
			return err
		}
		require.ErrorIs(t, run(ctx), context.Canceled)
		time.Sleep(25 * time.Hour) // LINE has forgotten
		require.NoError(t, run(t.Context()))
		require.Equal(t, map[int]int{1: 600}, p.each())
	})
}

// So does one that has a chunk in doubt to send again.
func TestMulticastCrashWhileResending(t *testing.T) {
	for n := 1; n <= 2; n++ {
		for _, written := range []bool{false, true} {
			for _, passed := range []bool{false, true} {
				t.Run(fmt.Sprintf("append %d, written %t, passed over %t", n, written, passed), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) { crashResending(t, n, written, passed) })
				})
			}
		}
	}
}

func crashResending(t *testing.T, n int, written, passed bool) {
	m, p := &mortal{left: 3}, newPlatform()
	run := func(o *campaign.Options) error {
		_, err := campaign.Multicast(t.Context(), channel(direct{p}), m, "spring", campaign.IDs(userIDs(0, 10)), spring, quiet(o))
		return err
	}
	p.fault = after(1, false, status(429, monthText))
	require.ErrorIs(t, run(nil), errDead, "a chunk that LINE refused, without a note")
	m.revive()
	time.Sleep(25 * time.Hour)
	if passed {
		require.ErrorIs(t, run(nil), campaign.ErrInDoubt)
	}
	m.left, m.written = n, written
	again := &campaign.Options{ResendInDoubt: true}
	require.ErrorIs(t, run(again), errDead)
	m.revive()
	time.Sleep(time.Hour)
	require.NoError(t, run(again))
	require.Equal(t, map[int]int{1: 10}, p.each())
}

func TestNarrowcastCrashEverywhere(t *testing.T) {
	for n := 1; n <= 4; n++ {
		for _, written := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				m, p := &mortal{left: n, written: written}, newPlatform()
				run := func() error {
					_, err := campaign.Narrowcast(t.Context(), channel(direct{p}), m, "some", campaign.Target{}, spring, quiet(nil))
					return err
				}
				require.ErrorIs(t, run(), errDead)
				m.revive()
				require.NoError(t, run())
				require.Len(t, p.bodies, 1)
			})
		}
	}
}

// badBody is an answer that breaks off.
type badBody struct{ direct }

func (c badBody) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := c.direct.RoundTrip(r)
	if err == nil {
		res.Body = http.MaxBytesReader(nil, res.Body, 1)
	}
	return res, err
}

func TestAnswerThatBreaksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlatform()
		_, err := campaign.Broadcast(t.Context(), channel(badBody{direct{p}}), &mortal{left: -1}, "all", spring, quiet(nil))
		require.NoError(t, err, "the status says that LINE has it")
		require.Equal(t, 1, p.calls)

		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		p.quota = `{"type":"none"}`
		o := quiet(&campaign.Options{Need: 5})
		_, err = campaign.Broadcast(ctx, channel(badBody{direct{p}}), &mortal{left: -1}, "all", spring, o)
		require.ErrorIs(t, err, context.DeadlineExceeded, "a number that is cut is not read")
	})
}

// unsteady fails every other GET.
type unsteady struct {
	direct
	n *int
}

func (c unsteady) RoundTrip(r *http.Request) (*http.Response, error) {
	*c.n++
	if r.Method == http.MethodGet && *c.n%2 == 0 {
		return &http.Response{StatusCode: 503, Body: http.NoBody, Header: http.Header{}}, nil
	}
	return c.direct.RoundTrip(r)
}

func TestGetsAreRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, n := newPlatform(), 0
		p.quota, p.used = `{"type":"limited","value":100}`, `{"totalUsage":10}`
		client := channel(unsteady{direct{p}, &n})
		pr, err := campaign.Narrowcast(t.Context(), client, &mortal{left: -1}, "some", campaign.Target{}, spring,
			quiet(&campaign.Options{Need: 90}))
		require.NoError(t, err)
		require.Equal(t, "succeeded", pr.Phase)
		p.used = "?"
		_, err = campaign.Broadcast(t.Context(), client, &mortal{left: -1}, "all", spring, quiet(&campaign.Options{Need: 90}))
		require.ErrorContains(t, err, "not LINE's")
	})
}

// drip is a body of which a little comes every second, until its request ends.
type drip struct{ ctx context.Context }

func (d drip) Read(p []byte) (int, error) {
	time.Sleep(time.Second)
	return copy(p, " "), d.ctx.Err()
}

func (drip) Close() error { return nil }

// dripping answers the first GET with such a body.
type dripping struct {
	direct
	n *int
}

func (c dripping) RoundTrip(r *http.Request) (*http.Response, error) {
	if *c.n++; *c.n > 1 {
		return c.direct.RoundTrip(r)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: drip{r.Context()}}, nil
}

// A call ends after 30 s, though the context of the campaign has no end and something still comes.
func TestACallEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, n := newPlatform(), 0
		p.quota = `{"type":"none"}`
		start := time.Now()
		_, err := campaign.Broadcast(context.Background(), channel(dripping{direct{p}, &n}), &mortal{left: -1}, "all", spring,
			quiet(&campaign.Options{Need: 1}))
		require.NoError(t, err)
		require.Equal(t, 1, p.calls)
		require.InDelta(t, 31*time.Second, time.Since(start), float64(2*time.Second))
	})
}
