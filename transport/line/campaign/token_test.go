package campaign_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
)

// tokens is a source that has another token once one was refused, or none.
type tokens struct {
	refused int
	fails   []error
}

func (s *tokens) Token(context.Context) (string, error) {
	if len(s.fails) > 0 {
		err := s.fails[0]
		s.fails = s.fails[1:]
		return "", err
	}
	return string(rune('a' + s.refused)), nil
}

func (s *tokens) Refused(string) { s.refused++ }

// by runs the campaign by a channel that has its tokens from this source.
func (s *stage) by(source line.TokenSource, ids []string) (campaign.Report, error) {
	return campaign.Multicast(s.Context(), channelOf(direct{s.platform}, source), campaign.NewFileLedger(s.dir),
		"spring", campaign.IDs(ids), spring, quiet(nil))
}

const tokenText = "Authentication failed due to the following reason: invalid token."

func TestMulticastTokenThatEnds(t *testing.T) {
	onStage(t, func(s *stage) {
		s.fault = after(2, false, status(401, tokenText))
		source := &tokens{}
		rep, err := s.by(source, userIDs(0, 1400))
		require.NoError(s, err)
		require.Equal(s, 1400, rep.Recipients)
		require.Equal(s, 4, s.calls)
		require.Equal(s, 1, source.refused)
		require.Equal(s, []string{"a", "a", "b", "b"}, s.tokens)
		require.Equal(s, map[int]int{1: 1400}, s.each())
	})
}

// LINE did nothing for a call that it answered with a 401, whatever the token was.
func TestMulticastRefusedTokenLeavesNoDoubt(t *testing.T) {
	for _, source := range []line.TokenSource{nil, &tokens{}} {
		onStage(t, func(s *stage) {
			s.fault = func(n int, w http.ResponseWriter, _ func() int) bool {
				return n > 1 && answer(w, 401, tokenText)
			}
			rep, err := s.by(source, userIDs(0, 1400))
			var at *campaign.ChunkError
			require.ErrorAs(s, err, &at)
			require.Equal(s, 2, at.Chunk)
			require.ErrorContains(s, err, "line: status 401: Authentication failed")
			require.Equal(s, campaign.Report{Chunks: 1, Recipients: 500, RequestID: "request-1"}, rep)
			require.Equal(s, 3, s.calls, "one more with another token, and that is all")

			time.Sleep(20 * 24 * time.Hour)
			s.fault = nil
			rep, err = s.by(source, userIDs(400, 1500))
			require.NoError(s, err)
			require.Equal(s, 1500, rep.Recipients)
			require.Equal(s, map[int]int{1: 1500}, s.each())
		})
	}
}

// What the first attempt did is unknown still when the second is refused.
func TestMulticastRefusedTokenAfterDoubt(t *testing.T) {
	onStage(t, func(s *stage) {
		s.fault = func(n int, w http.ResponseWriter, next func() int) bool {
			if n == 1 {
				next()
				return answer(w, 500, "")
			}
			return n < 4 && answer(w, 401, tokenText)
		}
		_, err := s.by(&tokens{}, userIDs(0, 10))
		require.ErrorContains(s, err, "status 401")
		rep, err := s.by(&tokens{}, userIDs(5, 20))
		require.NoError(s, err)
		require.Equal(s, 20, rep.Recipients)
		require.Equal(s, map[int]int{1: 20}, s.each())
	})
}

func TestMulticastWithoutAToken(t *testing.T) {
	onStage(t, func(s *stage) {
		gone := &line.APIError{Status: 400, Message: "invalid_client"}
		_, err := s.by(&tokens{fails: []error{gone}}, userIDs(0, 10))
		var at *campaign.ChunkError
		require.ErrorAs(s, err, &at)
		require.ErrorIs(s, err, gone)
		require.Zero(s, s.calls)

		time.Sleep(25 * time.Hour) // what was never sent is not in doubt
		late := &line.APIError{Status: 503}
		_, err = s.by(&tokens{fails: []error{late, late}}, userIDs(5, 15))
		require.NoError(s, err)
		require.Equal(s, map[int]int{1: 10}, s.each())

		_, err = campaign.Multicast(s.Context(), channelOf(direct{s.platform}, &tokens{fails: []error{gone}}),
			campaign.NewFileLedger(s.dir), "spring", campaign.IDs(nil), spring, quiet(&campaign.Options{Need: 50}))
		require.ErrorIs(s, err, gone)
	})
}
