package campaign_test

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/memnet"
)

// All three kinds against the emulator, which checks them by LINE's specification.
func TestCampaignsOverHTTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := emulator.New("secret", "token", &emulator.Options{MonthlyLimit: 700})
		t.Cleanup(p.Close)
		network := memnet.New(t)
		channel, err := line.New("secret", "token", &line.Options{Endpoint: network.Serve("line.test", p), Client: network.Client()})
		require.NoError(t, err)
		var ids []string
		for _, id := range userIDs(0, 120) {
			u, err := p.AddUser(emulator.User{Name: id, Friend: true})
			require.NoError(t, err)
			ids = append(ids, u.ID)
		}
		got := func(n int) {
			t.Helper()
			for _, id := range ids {
				require.Len(t, p.Messages(id), n)
			}
		}
		ledger := campaign.NewFileLedger(t.TempDir())

		p.FailNext(1, emulator.Fault{Cut: true, After: true})
		p.FailNext(1, emulator.Fault{Status: http.StatusTooManyRequests})
		p.FailNext(1, emulator.Fault{Status: http.StatusInternalServerError})
		rep, err := campaign.Multicast(t.Context(), channel, ledger, "list", campaign.IDs(ids), spring,
			quiet(&campaign.Options{Unit: "spring", NotificationDisabled: true}))
		require.NoError(t, err)
		require.Equal(t, 120, rep.Recipients)
		got(2)

		rep, err = campaign.Broadcast(t.Context(), channel, ledger, "all", spring[:1], quiet(&campaign.Options{Need: 120}))
		require.NoError(t, err)
		require.NotEmpty(t, rep.RequestID)
		got(3)

		audience, err := p.AddAudience(ids[:60]...)
		require.NoError(t, err)
		target := campaign.Target{
			Recipient: &messaging_api.AudienceRecipient{AudienceGroupId: audience},
			Max:       100, UpToRemainingQuota: true,
		}
		progress, err := campaign.Narrowcast(t.Context(), channel, ledger, "some", target, spring[:1], quiet(nil))
		require.NoError(t, err)
		require.Equal(t, "succeeded", progress.Phase)
		require.EqualValues(t, 60, progress.Success)
		require.Len(t, p.Messages(ids[0]), 4)
		require.Len(t, p.Messages(ids[60]), 3)

		target = campaign.Target{Max: 50, UpToRemainingQuota: true, ForbidPartialDelivery: true}
		_, err = campaign.Narrowcast(t.Context(), channel, ledger, "few", target, spring[:1], quiet(nil))
		var failed *campaign.NarrowcastError
		require.ErrorAs(t, err, &failed)
		require.Equal(t, 5, failed.Code)

		// The account has 700 messages a month, of which 300 are sent.
		_, err = campaign.Multicast(t.Context(), channel, ledger, "big", campaign.IDs(userIDs(0, 401)), spring,
			quiet(&campaign.Options{Need: 401}))
		require.EqualError(t, err, "campaign: needs 401 messages, and the account has 400 left this month")
		for i := range 4 {
			_, err = campaign.Broadcast(t.Context(), channel, ledger, []string{"b0", "b1", "b2", "b3"}[i], spring, quiet(nil))
		}
		var refusal *line.APIError
		require.ErrorAs(t, err, &refusal)
		require.True(t, refusal.MonthlyLimit())
	})
}
