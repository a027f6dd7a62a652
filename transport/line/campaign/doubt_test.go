package campaign_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
)

// A chunk may have got through before the monthly limit shows: it keeps its key.
func TestMulticastMonthlyLimitAfterDoubt(t *testing.T) {
	onStage(t, func(s *stage) {
		s.fault = func(n int, w http.ResponseWriter, next func() int) bool {
			switch n {
			case 1:
				next()
				return answer(w, 500, "")
			case 2:
				return answer(w, 429, monthText)
			}
			return false
		}
		_, err := s.run(s.Context(), userIDs(0, 10), nil)
		require.Error(t, err)
		rep, err := s.run(s.Context(), slices.Concat(userIDs(5, 10), userIDs(0, 5), userIDs(10, 20)), nil)
		require.NoError(t, err)
		require.Equal(t, 20, rep.Recipients)
		require.Equal(t, map[int]int{1: 20}, s.each())
	})
}

func TestMulticastInDoubtForADay(t *testing.T) {
	stop := func(s *stage, accepted bool) {
		ctx, cancel := context.WithCancel(s.Context())
		s.fault = after(2, accepted, func(http.ResponseWriter) bool { cancel(); panic(http.ErrAbortHandler) })
		_, err := s.run(ctx, userIDs(0, 1400), nil)
		require.ErrorIs(t, err, context.Canceled)
	}
	t.Run("in time", func(t *testing.T) {
		onStage(t, func(s *stage) {
			stop(s, true)
			time.Sleep(23 * time.Hour)
			_, err := s.run(s.Context(), userIDs(0, 1400), nil)
			require.NoError(t, err)
			require.Equal(t, map[int]int{1: 1400}, s.each())
		})
	})
	t.Run("passed over", func(t *testing.T) {
		onStage(t, func(s *stage) {
			stop(s, true)
			time.Sleep(25 * time.Hour)
			for range 2 {
				rep, err := s.run(s.Context(), userIDs(0, 1400), nil)
				require.ErrorIs(t, err, campaign.ErrInDoubt)
				require.Equal(t, 900, rep.Recipients)
				require.Equal(t, 500, rep.InDoubt)
			}
			require.Equal(t, map[int]int{1: 1400}, s.each(), "nobody has it twice")
			require.Equal(t, 3, s.calls)
		})
	})
	for _, when := range []string{"at once", "later"} {
		t.Run("sent again "+when, func(t *testing.T) {
			onStage(t, func(s *stage) {
				stop(s, false)
				time.Sleep(25 * time.Hour)
				if when == "later" {
					_, err := s.run(s.Context(), userIDs(0, 1400), nil)
					require.ErrorIs(t, err, campaign.ErrInDoubt)
				}
				s.fault = nil
				rep, err := s.run(s.Context(), userIDs(0, 1400), &campaign.Options{ResendInDoubt: true})
				require.NoError(t, err)
				require.Equal(t, 1400, rep.Recipients)
				require.Zero(t, rep.InDoubt)
				require.Equal(t, map[int]int{1: 1400}, s.each())
			})
		})
	}
	t.Run("during one run", func(t *testing.T) {
		onStage(t, func(s *stage) {
			s.fault = func(n int, w http.ResponseWriter, _ func() int) bool { return answer(w, 500, "") }
			rep, err := s.run(s.Context(), userIDs(0, 10), nil)
			require.ErrorIs(t, err, campaign.ErrInDoubt)
			require.Equal(t, 10, rep.InDoubt)
		})
	})
}
