package campaign_test

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
	"github.com/kaiwa-go/kaiwa/transport/line/richmenu"
)

func TestMulticastRefusesBeforeSending(t *testing.T) {
	long := strings.Repeat("x", 101)
	for _, tt := range []struct {
		name     string
		campaign string
		messages []transport.Message
		ids      []string
		o        campaign.Options
		want     string
	}{
		{"empty name", "", spring, userIDs(0, 1), campaign.Options{}, "campaign: the name is not"},
		{"long name", long, spring, userIDs(0, 1), campaign.Options{}, "campaign: the name is not"},
		{"name with a path", "../x", spring, userIDs(0, 1), campaign.Options{}, "campaign: the name is not"},
		{"name in capitals", "Spring", spring, userIDs(0, 1), campaign.Options{}, "campaign: the name is not"},
		{"no messages", "a", nil, userIDs(0, 1), campaign.Options{}, "campaign: 0 messages"},
		{"six messages", "a", slices.Repeat(spring, 3), userIDs(0, 1), campaign.Options{}, "campaign: 6 messages"},
		{"nil message", "a", []transport.Message{nil}, userIDs(0, 1), campaign.Options{}, "message 1 is nil"},
		{"bad message", "a", []transport.Message{spring[0], line.Text("")}, userIDs(0, 1), campaign.Options{},
			"campaign: message 2: line: text"},
		{"message that is no JSON", "a", []transport.Message{unwritable{}}, userIDs(0, 1), campaign.Options{},
			"campaign: message 1: no JSON"},
		{"bad unit", "a", spring, userIDs(0, 1), campaign.Options{Unit: "a b"}, "campaign: Unit"},
		{"long unit", "a", spring, userIDs(0, 1), campaign.Options{Unit: long}, "campaign: Unit"},
		{"a group", "a", spring, []string{"C" + long[:32]}, campaign.Options{}, "recipient 1 of the list is not"},
		{"no id", "a", spring, append(userIDs(0, 9), ""), campaign.Options{}, "recipient 10 of the list is not"},
		{"quoted id", "a", spring, []string{`U"`}, campaign.Options{}, "recipient 1 of the list is not"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlatform()
			_, err := campaign.Multicast(t.Context(), channel(direct{p}), campaign.NewFileLedger(t.TempDir()),
				tt.campaign, campaign.IDs(tt.ids), tt.messages, quiet(&tt.o))
			require.ErrorContains(t, err, tt.want)
			require.Zero(t, p.calls)
		})
	}
}

type unwritable struct{}

func (unwritable) Validate() error { return nil }
func (unwritable) AppendJSON(b []byte, _ string) ([]byte, error) {
	return b, errors.New("no JSON")
}

func TestMulticastIsWhatItWas(t *testing.T) {
	ledger, p := campaign.NewFileLedger(t.TempDir()), newPlatform()
	run := func(m []transport.Message, o *campaign.Options) error {
		_, err := campaign.Multicast(t.Context(), channel(direct{p}), ledger, "spring", campaign.IDs(userIDs(0, 3)), m, quiet(o))
		return err
	}
	require.NoError(t, run(spring, nil))
	require.ErrorIs(t, run(spring[:1], nil), campaign.ErrChanged)
	require.ErrorIs(t, run(spring, &campaign.Options{Unit: "u"}), campaign.ErrChanged)
	require.ErrorIs(t, run(spring, &campaign.Options{NotificationDisabled: true}), campaign.ErrChanged)
	_, err := campaign.Broadcast(t.Context(), channel(direct{p}), ledger, "spring", spring, quiet(nil))
	require.ErrorIs(t, err, campaign.ErrChanged)
	require.NoError(t, run(spring, nil))
	require.Equal(t, 1, p.calls)
}

func TestNarrowcastIsWhatItWas(t *testing.T) {
	ledger, p := campaign.NewFileLedger(t.TempDir()), newPlatform()
	run := func(target campaign.Target) error {
		_, err := campaign.Narrowcast(t.Context(), channel(direct{p}), ledger, "spring", target, spring, quiet(nil))
		return err
	}
	women, men := map[string]any{"type": "gender", "oneOf": []string{"female"}}, map[string]any{"type": "gender", "oneOf": []string{"male"}}
	require.NoError(t, run(campaign.Target{Filter: women, Max: 50}))
	require.ErrorIs(t, run(campaign.Target{Filter: men, Max: 50}), campaign.ErrChanged)
	require.ErrorIs(t, run(campaign.Target{Filter: women, Max: 60}), campaign.ErrChanged)
	require.ErrorIs(t, run(campaign.Target{Filter: women, Max: 50, UpToRemainingQuota: true}), campaign.ErrChanged)
	require.ErrorIs(t, run(campaign.Target{Recipient: women, Max: 50}), campaign.ErrChanged)
	require.NoError(t, run(campaign.Target{Filter: women, Max: 50}))
	require.Equal(t, 1, p.calls)
}

func TestMulticastListThatFails(t *testing.T) {
	p, gone := newPlatform(), errors.New("database gone")
	list := func(yield func(string, error) bool) {
		for _, id := range userIDs(0, 700) {
			if !yield(id, nil) {
				return
			}
		}
		yield("", gone)
	}
	rep, err := campaign.Multicast(t.Context(), channel(direct{p}), campaign.NewFileLedger(t.TempDir()), "spring", list, spring, quiet(nil))
	require.ErrorIs(t, err, gone)
	require.Equal(t, 500, rep.Recipients, "whole chunks only")
}

func TestQuota(t *testing.T) {
	ledger, p := campaign.NewFileLedger(t.TempDir()), newPlatform()
	run := func(n int, need int64) error {
		_, err := campaign.Multicast(t.Context(), channel(direct{p}), ledger, "spring", campaign.IDs(userIDs(0, n)), spring,
			quiet(&campaign.Options{Need: need}))
		return err
	}
	p.quota, p.used = `{"type":"limited","value":1000}`, `{"totalUsage":900}`
	var short *campaign.QuotaError
	require.ErrorAs(t, run(101, 101), &short)
	require.EqualError(t, short, "campaign: needs 101 messages, and the account has 100 left this month")
	require.Zero(t, p.calls)
	require.NoError(t, run(60, 100))
	p.used = `{"totalUsage":1001}`
	require.NoError(t, run(60, 60), "nothing is left to send")
	require.ErrorAs(t, run(61, 61), &short)
	require.Equal(t, campaign.QuotaError{Need: 1, Left: 0}, *short)
	p.quota = `{"type":"none"}`
	require.NoError(t, run(70, 70))
	p.quota = "oops"
	require.ErrorContains(t, run(71, 71), "not LINE's")
}

func TestLogHasNoUsers(t *testing.T) {
	onStage(t, func(s *stage) {
		var text strings.Builder
		log := slog.New(slog.NewTextHandler(&text, &slog.HandlerOptions{Level: slog.LevelDebug}))
		ids := userIDs(0, 10)
		s.fault = after(1, false, status(500, "cannot send to "+ids[3]))
		_, err := s.run(s.Context(), ids, &campaign.Options{Logger: log})
		require.NoError(t, err)
		require.Contains(t, text.String(), "attempt failed")
		require.NotContains(t, text.String(), ids[3])
		require.NotContains(t, text.String(), "Spring is here")
	})
}

// A menu is no message, so that none can be put into a campaign.
func TestMenuIsNoMessage(t *testing.T) {
	t.Parallel()
	for _, menu := range []any{line.RichMenu{}, &line.RichMenu{}, richmenu.Menu{}, &richmenu.Menu{}} {
		_, ok := menu.(transport.Message)
		require.False(t, ok, "%T", menu)
	}
}
