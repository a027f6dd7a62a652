package campaign_test

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
)

func (s *stage) broadcast(ctx context.Context, o *campaign.Options) (campaign.Report, error) {
	return campaign.Broadcast(ctx, channel(direct{s.platform}), campaign.NewFileLedger(s.dir), "all", spring, quiet(o))
}

func (s *stage) narrowcast(ctx context.Context, target campaign.Target, o *campaign.Options) (campaign.Progress, error) {
	return campaign.Narrowcast(ctx, channel(direct{s.platform}), campaign.NewFileLedger(s.dir), "some", target, spring, quiet(o))
}

// stopAt ends a context when the nth send is under way.
func (s *stage) stopAt(n int, accepted bool) context.Context {
	ctx, cancel := context.WithCancel(s.Context())
	s.fault = after(n, accepted, func(http.ResponseWriter) bool { cancel(); panic(http.ErrAbortHandler) })
	return ctx
}

func TestBroadcastOnce(t *testing.T) {
	onStage(t, func(s *stage) {
		_, err := s.broadcast(s.stopAt(1, true), nil)
		require.ErrorIs(s, err, context.Canceled)
		for range 2 {
			rep, err := s.broadcast(s.Context(), nil)
			require.NoError(s, err)
			require.Equal(s, campaign.Report{Chunks: 1, RequestID: "request-1"}, rep)
		}
		require.Len(s, s.bodies, 1)
		require.Equal(s, 2, s.calls, "a broadcast that is done calls nobody")
		require.NotContains(s, s.bodies[0], `"to"`)
		require.NotContains(s, s.bodies[0], `"limit"`)
	})
}

func TestBroadcastInDoubt(t *testing.T) {
	onStage(t, func(s *stage) {
		_, err := s.broadcast(s.stopAt(1, true), nil)
		require.ErrorIs(s, err, context.Canceled)
		time.Sleep(25 * time.Hour)
		for range 2 {
			_, err = s.broadcast(s.Context(), nil)
			require.ErrorIs(s, err, campaign.ErrInDoubt)
		}
		require.Equal(s, 1, s.calls)
		rep, err := s.broadcast(s.Context(), &campaign.Options{ResendInDoubt: true})
		require.NoError(s, err)
		require.Equal(s, 1, rep.Chunks)
		require.Len(s, s.bodies, 2)
	})
}

func TestBroadcastRefused(t *testing.T) {
	onStage(t, func(s *stage) {
		_, err := s.broadcast(s.Context(), &campaign.Options{Unit: "u"})
		require.ErrorContains(s, err, "multicasts alone")
		s.fault = after(1, false, status(429, monthText))
		_, err = s.broadcast(s.Context(), nil)
		require.ErrorContains(s, err, "campaign: chunk 1: line: status 429: You have reached your monthly limit")
		time.Sleep(30 * 24 * time.Hour)
		_, err = s.broadcast(s.Context(), nil)
		require.NoError(s, err)
		require.Len(s, s.bodies, 1)
		_, err = campaign.Broadcast(s.Context(), channel(direct{s.platform}), campaign.NewFileLedger(s.dir), "", spring, quiet(nil))
		require.ErrorContains(s, err, "campaign: the name")
	})
}

func TestNarrowcastFollowsProgress(t *testing.T) {
	onStage(t, func(s *stage) {
		s.phases = []string{
			`{"phase":"waiting"}`, `{"phase":"sending"}`, `{"phase":"sending"}`,
			`{"phase":"succeeded","successCount":65,"failureCount":3,"targetCount":68,"acceptedTime":"2020-12-03T10:15:30.121Z"}`,
		}
		target := campaign.Target{
			Recipient: &messaging_api.OperatorRecipient{And: []messaging_api.RecipientInterface{
				&messaging_api.AudienceRecipient{AudienceGroupId: 5614991017776},
			}},
			Filter: map[string]any{"demographic": map[string]any{"type": "gender", "oneOf": []string{"female"}}},
			Max:    100, UpToRemainingQuota: true, ForbidPartialDelivery: true,
		}
		_, err := s.narrowcast(s.stopAt(1, true), target, nil)
		require.ErrorIs(s, err, context.Canceled)

		// The second run learns the request id, and is stopped while it waits.
		ctx, cancel := context.WithCancel(s.Context())
		time.AfterFunc(1500*time.Millisecond, cancel)
		p, err := s.narrowcast(ctx, target, nil)
		require.ErrorIs(s, err, context.Canceled)
		require.Equal(s, "sending", p.Phase)

		want := campaign.Progress{RequestID: "request-1", Phase: "succeeded", Target: 68, Success: 65, Failure: 3}
		for range 2 {
			p, err = s.narrowcast(s.Context(), target, nil)
			require.NoError(s, err)
			require.Equal(s, want, p)
		}
		require.Equal(s, 4, s.polls, "the end stands in the ledger")
		require.Equal(s, 2, s.calls)
		require.Len(s, s.bodies, 1)

		var body struct {
			Recipient struct {
				Type string
				And  []struct{ Type string }
			}
			Filter map[string]any
			Limit  map[string]any
		}
		require.NoError(s, json.Unmarshal([]byte(s.bodies[0]), &body))
		require.Equal(s, "operator", body.Recipient.Type)
		require.Equal(s, "audience", body.Recipient.And[0].Type)
		require.Contains(s, body.Filter, "demographic")
		require.Equal(s, map[string]any{"max": 100.0, "upToRemainingQuota": true, "forbidPartialDelivery": true}, body.Limit)

		_, err = s.narrowcast(s.Context(), campaign.Target{}, nil)
		require.ErrorIs(s, err, campaign.ErrChanged)
	})
}

func TestNarrowcastThatLINEDoesNotDeliver(t *testing.T) {
	onStage(t, func(s *stage) {
		s.phases = []string{`{"phase":"failed","errorCode":2,"failedDescription":"words"}`}
		for range 2 {
			p, err := s.narrowcast(s.Context(), campaign.Target{}, nil)
			var failed *campaign.NarrowcastError
			require.ErrorAs(s, err, &failed)
			require.Equal(s, campaign.NarrowcastError{Code: 2, Description: "words"}, *failed)
			require.EqualError(s, err, "campaign: narrowcast failed: not enough recipients (code 2)")
			require.Equal(s, "failed", p.Phase)
		}
		require.Equal(s, 1, s.calls)
		require.EqualError(s, &campaign.NarrowcastError{Code: 9}, "campaign: narrowcast failed: unknown reason (code 9)")
	})
}

func TestNarrowcastInDoubt(t *testing.T) {
	onStage(t, func(s *stage) {
		_, err := s.narrowcast(s.stopAt(1, true), campaign.Target{}, nil)
		require.ErrorIs(s, err, context.Canceled)
		time.Sleep(25 * time.Hour)
		_, err = s.narrowcast(s.Context(), campaign.Target{}, nil)
		require.ErrorIs(s, err, campaign.ErrInDoubt)
		require.Equal(s, 1, s.calls)
		require.Zero(s, s.polls)
	})
}

func TestNarrowcastProgressIsGone(t *testing.T) {
	onStage(t, func(s *stage) {
		s.fault = func(n int, w http.ResponseWriter, next func() int) bool {
			next()
			w.Header().Set("X-Line-Request-Id", "another")
			w.WriteHeader(http.StatusAccepted)
			return true
		}
		_, err := s.narrowcast(s.Context(), campaign.Target{}, nil)
		require.ErrorContains(s, err, "campaign: line: status 404")
	})
	onStage(t, func(s *stage) {
		s.fault = func(n int, w http.ResponseWriter, next func() int) bool {
			next()
			w.Header().Del("X-Line-Request-Id")
			w.WriteHeader(http.StatusAccepted)
			return true
		}
		_, err := s.narrowcast(s.Context(), campaign.Target{}, nil)
		require.ErrorContains(s, err, "under which request id")
	})
}

func TestNarrowcastRefusesBeforeSending(t *testing.T) {
	value := messaging_api.OperatorRecipient{And: []messaging_api.RecipientInterface{messaging_api.AudienceRecipient{}}}
	for _, tt := range []struct {
		name   string
		target campaign.Target
		o      campaign.Options
		want   string
	}{
		{"negative", campaign.Target{Max: -1}, campaign.Options{}, "Max is negative"},
		{"partial", campaign.Target{ForbidPartialDelivery: true}, campaign.Options{}, "needs UpToRemainingQuota"},
		{"list", campaign.Target{Filter: []int{}}, campaign.Options{}, "Filter is not a JSON object"},
		{"null", campaign.Target{Filter: json.RawMessage("null")}, campaign.Options{}, "Filter is not a JSON object"},
		{"no JSON", campaign.Target{Recipient: math.NaN()}, campaign.Options{}, "campaign: Recipient: json"},
		{"value of the SDK", campaign.Target{Recipient: value}, campaign.Options{}, "Recipient has no type"},
		{"unit", campaign.Target{}, campaign.Options{Unit: "u"}, "multicasts alone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlatform()
			_, err := campaign.Narrowcast(t.Context(), channel(direct{p}), campaign.NewFileLedger(t.TempDir()), "some",
				tt.target, spring, quiet(&tt.o))
			require.ErrorContains(t, err, tt.want)
			require.Zero(t, p.calls)
		})
	}
	_, err := campaign.Narrowcast(t.Context(), channel(direct{newPlatform()}), brokenLedger{}, "some", campaign.Target{}, spring, quiet(nil))
	require.ErrorIs(t, err, errLedger)
}

var errLedger = errors.New("ledger gone")

// brokenLedger cannot be opened.
type brokenLedger struct{}

func (brokenLedger) Open(context.Context, string) (campaign.Log, error) { return nil, errLedger }
