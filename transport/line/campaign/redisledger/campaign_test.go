package redisledger

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
)

// api stands in for LINE, and lets something happen before it answers a call.
type api struct {
	during func(call int)
	calls  int
	got    map[string]int
}

func (a *api) RoundTrip(r *http.Request) (*http.Response, error) {
	var body struct{ To []string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return nil, err
	}
	a.calls++
	for _, id := range body.To {
		a.got[id]++
	}
	if a.during != nil {
		a.during(a.calls)
	}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: http.NoBody}, nil
}

func (a *api) run(t *testing.T, l *Ledger) (campaign.Report, error) {
	t.Helper()
	ch, err := line.New("secret", "token", &line.Options{Client: &http.Client{Transport: a}})
	require.NoError(t, err)
	var ids []string
	for i := range 1400 {
		ids = append(ids, fmt.Sprintf("U%032x", i))
	}
	return campaign.Multicast(t.Context(), ch, l, "spring", campaign.IDs(ids),
		[]transport.Message{line.Text("Spring is here")},
		&campaign.Options{Logger: slog.New(slog.DiscardHandler)})
}

// A process whose campaign another one took over sends nothing more.
func TestCampaignThatWasTakenOver(t *testing.T) {
	c := redistest.Start(t)
	l := newLedger(t, c, Options{})
	a := &api{got: map[string]int{}}
	a.during = func(call int) {
		if call == 2 { // while this process stood still, another came
			key := "kaiwa:" + l.opt.Namespace + ":campaign:{spring}:lease"
			require.NoError(t, c.SetArgs(t.Context(), key, "another", redis.SetArgs{}).Err())
		}
	}
	rep, err := a.run(t, l)
	require.ErrorIs(t, err, campaign.ErrLost)
	require.Equal(t, 500, rep.Recipients)
	require.Equal(t, 2, a.calls)
}

// A campaign that fills its log stops before a call, and goes on when there is room.
func TestCampaignThatFillsItsLog(t *testing.T) {
	c := redistest.Start(t)
	key := func(l *Ledger) string { return "kaiwa:" + l.opt.Namespace + ":campaign:{spring}:log" }
	whole := newLedger(t, c, Options{})
	_, err := (&api{got: map[string]int{}}).run(t, whole)
	require.NoError(t, err)
	records := c.LRange(t.Context(), key(whole), 0, 1).Val()

	ns := redistest.Namespace(t, c) // of a log that has room until the first call, to the byte
	tight := newLedger(t, c, Options{Namespace: ns, MaxBytes: len(records[0]) + len(records[1])})
	a := &api{got: map[string]int{}}
	rep, err := a.run(t, tight)
	require.ErrorIs(t, err, errFull)
	require.Equal(t, 500, rep.Recipients, "the outcome is noted above the bound")
	require.Equal(t, 1, a.calls)
	require.EqualValues(t, 3, c.LLen(t.Context(), key(tight)).Val())

	rep, err = a.run(t, newLedger(t, c, Options{Namespace: ns}))
	require.NoError(t, err)
	require.Equal(t, 1400, rep.Recipients)
	require.Equal(t, 3, a.calls)
	for id, n := range a.got {
		require.Equal(t, 1, n, id)
	}
}
