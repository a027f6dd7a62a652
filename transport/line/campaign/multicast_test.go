package campaign_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
)

var spring = []transport.Message{line.Text("Spring is here"), line.Text("Come <& see>")}

// quiet are options without a log; o may be nil.
func quiet(o *campaign.Options) *campaign.Options {
	if o == nil {
		o = &campaign.Options{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// stage is a platform, a ledger and a context, in a bubble.
type stage struct {
	*testing.T
	*platform
	dir string
}

func onStage(t *testing.T, f func(s *stage)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) { f(&stage{t, newPlatform(), dir}) })
}

func (s *stage) run(ctx context.Context, ids []string, o *campaign.Options) (campaign.Report, error) {
	return campaign.Multicast(ctx, channel(direct{s.platform}), campaign.NewFileLedger(s.dir), "spring",
		campaign.IDs(ids), spring, quiet(o))
}

func TestMulticastSendsOnceInOrder(t *testing.T) {
	onStage(t, func(s *stage) {
		ids := userIDs(0, 1200)
		list := slices.Concat(ids[:510], ids[:20], ids[505:]) // doubles in a chunk and across
		rep, err := s.run(s.Context(), list, &campaign.Options{Unit: "spring_24", NotificationDisabled: true})
		require.NoError(t, err)
		require.Equal(t, campaign.Report{Chunks: 3, Recipients: 1200, Skipped: 25, RequestID: "request-3"}, rep)
		require.Equal(t, map[int]int{1: 1200}, s.each())
		var order []string
		for _, b := range s.bodies {
			var body struct {
				To                     []string
				Messages               []struct{ Type, Text string }
				NotificationDisabled   bool
				CustomAggregationUnits []string
			}
			require.NoError(t, json.Unmarshal([]byte(b), &body))
			order = append(order, body.To...)
			require.Equal(t, "Come <& see>", body.Messages[1].Text)
			require.True(t, body.NotificationDisabled)
			require.Equal(t, []string{"spring_24"}, body.CustomAggregationUnits)
		}
		require.Equal(t, ids, order)

		o := &campaign.Options{Unit: "spring_24", NotificationDisabled: true}
		rep, err = s.run(s.Context(), append(list, userIDs(1200, 1201)...), o)
		require.NoError(t, err)
		require.Equal(t, campaign.Report{Chunks: 4, Recipients: 1201, Skipped: 1225, RequestID: "request-4"}, rep)
		require.Equal(t, map[int]int{1: 1201}, s.each())
	})
}

// after is a fault of the nth send, once it was accepted or before it.
func after(n int, accepted bool, fault func(http.ResponseWriter) bool) func(int, http.ResponseWriter, func() int) bool {
	return func(call int, w http.ResponseWriter, next func() int) bool {
		if call != n {
			return false
		}
		if accepted {
			next()
		}
		return fault(w)
	}
}

func status(code int, message string) func(http.ResponseWriter) bool {
	return func(w http.ResponseWriter) bool { return answer(w, code, message) }
}

func hang(http.ResponseWriter) bool { panic(http.ErrAbortHandler) }

const (
	rateText  = "The API rate limit has been exceeded. Try again later."
	monthText = "You have reached your monthly limit."
)

func TestMulticastOutlivesFaults(t *testing.T) {
	for _, tt := range []struct {
		name     string
		accepted bool
		fault    func(http.ResponseWriter) bool
		wait     time.Duration // at least
	}{
		{"500 before", false, status(500, "Internal server error"), 250 * time.Millisecond},
		{"500 after", true, status(500, "Internal server error"), 250 * time.Millisecond},
		{"503 with advice", false, func(w http.ResponseWriter) bool {
			w.Header().Set("Retry-After", "90")
			return answer(w, 503, "")
		}, 90 * time.Second},
		{"408", true, status(408, ""), 250 * time.Millisecond},
		{"no answer before", false, hang, 30 * time.Second},
		{"no answer after", true, hang, 30 * time.Second},
		{"too fast", false, status(429, rateText), 500 * time.Millisecond},
		{"too fast, with advice", false, func(w http.ResponseWriter) bool {
			w.Header().Set("Retry-After", "7")
			return answer(w, 429, rateText)
		}, 7 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			onStage(t, func(s *stage) {
				s.fault = after(2, tt.accepted, tt.fault)
				start := time.Now()
				rep, err := s.run(s.Context(), userIDs(0, 1400), nil)
				require.NoError(t, err)
				require.Equal(t, 1400, rep.Recipients)
				require.Equal(t, 3, rep.Chunks)
				require.Equal(t, 4, s.calls)
				require.Equal(t, map[int]int{1: 1400}, s.each())
				require.GreaterOrEqual(t, time.Since(start), tt.wait)
				require.Less(t, time.Since(start), tt.wait*2+5*time.Second)
			})
		})
	}
}

func TestMulticastBacksOff(t *testing.T) {
	onStage(t, func(s *stage) {
		s.fault = func(n int, w http.ResponseWriter, _ func() int) bool { return n < 100 && answer(w, 500, "") }
		start := time.Now()
		_, err := s.run(s.Context(), userIDs(0, 10), nil)
		require.NoError(t, err)
		require.Greater(t, time.Since(start), 20*time.Minute, "at most every 30 s in the end")
		require.Less(t, time.Since(start), 50*time.Minute)
		require.Equal(t, map[int]int{1: 10}, s.each())
	})
}

func TestMulticastStopsAtMonthlyLimitAndGoesOn(t *testing.T) {
	onStage(t, func(s *stage) {
		s.fault = after(2, false, status(429, monthText))
		rep, err := s.run(s.Context(), userIDs(0, 1400), nil)
		var at *campaign.ChunkError
		var refusal *line.APIError
		require.ErrorAs(t, err, &at)
		require.ErrorAs(t, err, &refusal)
		require.True(t, refusal.MonthlyLimit())
		require.Equal(t, 2, at.Chunk)
		require.Equal(t, 500, rep.Recipients)
		require.Equal(t, 2, s.calls, "nothing is tried after the limit")

		time.Sleep(20 * 24 * time.Hour)
		rep, err = s.run(s.Context(), userIDs(0, 1400), nil)
		require.NoError(t, err, "what LINE refused is not in doubt")
		require.Equal(t, 1400, rep.Recipients)
		require.Equal(t, map[int]int{1: 1400}, s.each())
	})
}

func TestMulticastRefusedChunk(t *testing.T) {
	for _, code := range []int{302, 400, 403, 404, 413} {
		onStage(t, func(s *stage) {
			ids := userIDs(0, 1400)
			s.fault = after(3, false, status(code, "Failed to send messages to "+ids[1001]))
			rep, err := s.run(s.Context(), ids, nil)
			var at *campaign.ChunkError
			require.ErrorAs(t, err, &at)
			require.Equal(t, 3, at.Chunk)
			require.Equal(t, ids[1000:], at.Recipients)
			require.ErrorContains(t, err, "campaign: chunk 3: line: status ")
			for _, id := range ids {
				require.NotContains(t, err.Error(), id)
			}
			require.Equal(t, 1000, rep.Recipients)
			require.Equal(t, 3, s.calls, "it is not tried again")

			// The one that LINE does not like is left out.
			_, err = s.run(s.Context(), slices.Delete(ids, 1001, 1002), nil)
			require.NoError(t, err)
			require.Equal(t, map[int]int{1: 1399}, s.each())
		})
	}
}

// The context ends while a chunk is under way that LINE has, and the list is another afterwards.
func TestMulticastListChangesInBetween(t *testing.T) {
	onStage(t, func(s *stage) {
		ctx, cancel := context.WithCancel(s.Context())
		s.fault = after(2, true, func(http.ResponseWriter) bool { cancel(); panic(http.ErrAbortHandler) })
		ids := userIDs(0, 1400)
		rep, err := s.run(ctx, ids, nil)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 500, rep.Recipients)

		changed := userIDs(900, 2000) // 500 to 899 have it, and are not in the list any more
		slices.Reverse(changed)
		rep, err = s.run(s.Context(), changed, nil)
		require.NoError(t, err)
		require.Equal(t, campaign.Report{Chunks: 4, Recipients: 2000, Skipped: 100, RequestID: "request-5"}, rep)
		require.Equal(t, map[int]int{1: 2000}, s.each())
	})
}

func TestMulticastStopsCleanly(t *testing.T) {
	onStage(t, func(s *stage) {
		ctx, cancel := context.WithCancel(s.Context())
		s.fault = after(2, false, func(w http.ResponseWriter) bool {
			time.AfterFunc(100*time.Millisecond, cancel)
			return answer(w, 429, rateText)
		})
		_, err := s.run(ctx, userIDs(0, 1400), nil)
		require.ErrorIs(t, err, context.Canceled)
		time.Sleep(30 * 24 * time.Hour)
		_, err = s.run(s.Context(), userIDs(0, 1400), nil)
		require.NoError(t, err, "nothing was left in doubt")
		require.Equal(t, map[int]int{1: 1400}, s.each())

		_, err = s.run(ctx, userIDs(0, 1500), nil)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, 4, s.calls, "a context that has ended sends nothing")
	})
}
