package line

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"math"
	"net/http"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

// month is a platform with a quota. It counts how often it is asked.
type month struct {
	limit, used string
	asked       atomic.Int32
	broken      atomic.Bool
}

func (m *month) RoundTrip(r *http.Request) (*http.Response, error) {
	m.asked.Add(1)
	body := m.limit
	if strings.HasSuffix(r.URL.Path, "/consumption") {
		body = m.used
	}
	if m.broken.Load() {
		return nil, errors.New("out of order")
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func TestQuota(t *testing.T) {
	tests := []struct {
		name, limit, used string
		want              Quota
		left              int64
		bad               bool
	}{
		{"limited", `{"type":"limited","value":1000}`, `{"totalUsage":400}`, Quota{true, 1000, 400}, 600, false},
		{"overdrawn", `{"type":"limited","value":1000}`, `{"totalUsage":1400}`, Quota{true, 1000, 1400}, 0, false},
		{"no limit", `{"type":"none"}`, `{"totalUsage":400}`, Quota{false, 0, 400}, math.MaxInt64, false},
		{"no JSON", `<html>`, `{}`, Quota{}, math.MaxInt64, true},
		{"no JSON of the usage", `{}`, `<html>`, Quota{}, math.MaxInt64, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := quickChannel(t, nil)
			c.http.Transport.(*caller).base = &month{limit: tt.limit, used: tt.used}
			q, err := c.Quota(t.Context())
			require.Equal(t, tt.bad, err != nil, err)
			require.Equal(t, tt.want, q)
			require.Equal(t, tt.left, q.Left())
		})
	}
	p := newPlatform(t, says(403, `{}`))
	c, err := New("secret", "token", &Options{Endpoint: p.URL})
	require.NoError(t, err)
	_, err = c.Quota(t.Context())
	var refusal *APIError
	require.ErrorAs(t, err, &refusal)
}

// calls notes what is called, and answers 200.
type calls struct{ names []string }

type noting struct{ *calls }

func (n noting) RoundTrip(req *http.Request) (*http.Response, error) {
	n.names = append(n.names, path.Base(req.URL.Path))
	return atOnce{}.RoundTrip(req)
}

func (c *calls) note() string { return strings.Join(c.names, " ") }

func TestReserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		m := &month{limit: `{"type":"limited","value":1000}`, used: `{"totalUsage":989}`}
		c := quickChannel(t, &Options{Reserve: 10, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		c.http.Transport.(*caller).base = m
		var made calls
		c.api.do = noting{&made}.RoundTrip
		late := func() {
			d := delivery()
			d.Age = time.Minute
			require.NoError(t, failure(c.Send(t.Context(), d)))
			synctest.Wait()
		}
		only := func() {
			d := delivery()
			d.ReplyToken = ""
			require.NoError(t, failure(c.Send(t.Context(), d)))
			synctest.Wait()
		}
		require.NoError(t, failure(c.Send(t.Context(), delivery()))) // asks
		synctest.Wait()
		require.Equal(t, int32(2), m.asked.Load())
		late() // 11 are left
		late() // 10 are left
		only()
		require.Equal(t, "reply push reply push", made.note())
		require.Equal(t, int32(2), m.asked.Load())
		require.Empty(t, log.String())

		time.Sleep(quotaEvery)
		m.used = `{"totalUsage":992}`
		late()
		late()
		require.Equal(t, "reply push reply push reply reply", made.note())
		require.Equal(t, int32(4), m.asked.Load())
		require.Equal(t, 1, strings.Count(log.String(), "few messages of the month are left"))

		time.Sleep(quotaEvery)
		m.broken.Store(true)
		late()
		time.Sleep(2 * time.Second) // the attempts
		synctest.Wait()
		require.Contains(t, log.String(), "quota not known")
		time.Sleep(quotaEvery)
		m.broken.Store(false)
		m.used = `{"totalUsage":0}` // a new month
		late()
		late()
		require.Equal(t, "reply push reply push reply reply reply reply push", made.note())
	})
}

func TestQuotaIsNotAskedForByDefault(t *testing.T) {
	c := quickChannel(t, nil)
	m := &month{}
	c.http.Transport.(*caller).base = m
	d := delivery()
	d.Age = time.Minute
	require.NoError(t, failure(c.Send(t.Context(), d)))
	require.Zero(t, m.asked.Load())
}

func TestRepliesOnly(t *testing.T) {
	tests := []struct {
		name   string
		change func(*transport.Delivery)
		answer func(http.ResponseWriter, int)
		calls  string
		want   string
	}{
		{"in time", nil, says(200, `{}`), "reply", ""},
		{"late", func(d *transport.Delivery) { d.Age = time.Hour }, says(200, `{}`), "reply", ""},
		{"too late", func(d *transport.Delivery) { d.Age = time.Hour }, says(400, usedToken), "reply", "drop"},
		{"too late, perhaps sent", func(d *transport.Delivery) { d.Age, d.Retried = time.Hour, true }, says(400, usedToken), "reply", "ambiguous"},
		{"no token", func(d *transport.Delivery) { d.ReplyToken = "" }, says(200, `{}`), "", "drop"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlatform(t, tt.answer)
			c, err := New("secret", "token", &Options{Endpoint: p.URL, RepliesOnly: true})
			require.NoError(t, err)
			d := delivery()
			if tt.change != nil {
				tt.change(d)
			}
			require.Equal(t, tt.want, verdictOf(failure(c.Send(t.Context(), d))))
			require.Equal(t, tt.calls, p.paths())
		})
	}
}
