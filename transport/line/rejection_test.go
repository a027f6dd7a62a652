package line

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Every webhook that is refused is counted by its reason, which a warning names.
func TestRejected(t *testing.T) {
	const body = `{"events":[]}`
	unread := func(r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) } // a middleware read it
	for _, test := range []struct {
		name   string
		header http.Header
		body   string
		change func(r *http.Request)
		want   transport.Rejected
		line   string
	}{
		{"header taken away", nil, body, nil, transport.Rejected{Unsigned: 1}, `status=400 why="no signature`},
		{"secret issued anew", signed("other", body), body, nil, transport.Rejected{WrongSignature: 1}, `status=400 why="wrong signature`},
		{"body eaten", signed(knownSecret, body), body, unread, transport.Rejected{Cut: 1}, `status=400 why="no body, or half`},
		{"body eaten, of no length", signed(knownSecret, body), body, func(r *http.Request) { unread(r); r.ContentLength = -1 },
			transport.Rejected{Cut: 1}, `status=400 why="no body, or half`},
		{"cut by a limit", signed(knownSecret, body), body, func(r *http.Request) {
			r.Body = http.MaxBytesReader(nil, r.Body, 3)
		}, transport.Rejected{TooLarge: 1}, `status=413 why="a body larger`},
		{"large", signed(knownSecret, body), strings.Repeat("x", 1<<20+1), nil, transport.Rejected{TooLarge: 1}, "status=413"},
		{"malformed", signed(knownSecret, "[]"), "[]", nil, transport.Rejected{Malformed: 1}, `status=400 why="signed, but`},
		{"good", signed(knownSecret, body), body, nil, transport.Rejected{}, ""},
		{"good, of no length", signed(knownSecret, body), body, func(r *http.Request) { r.ContentLength = -1 }, transport.Rejected{}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			var logged bytes.Buffer
			c, err := New(knownSecret, "token", &Options{Logger: slog.New(slog.NewTextHandler(&logged, nil))})
			require.NoError(t, err)
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(test.body))
			if r.Header = test.header; r.Header == nil {
				r.Header = http.Header{}
			}
			if test.change != nil {
				test.change(r)
			}
			w := httptest.NewRecorder()
			c.Handler((&inbox{}).accept).ServeHTTP(w, r)
			require.Equal(t, test.want, c.Rejected())
			require.Equal(t, test.want == transport.Rejected{}, w.Code == http.StatusOK)
			require.Contains(t, logged.String(), test.line)
			if test.line != "" {
				require.Contains(t, logged.String(), "level=WARN")
				require.Contains(t, logged.String(), "count=1 all=1")
			}
		})
	}
}

// A stranger cannot fill the log, nor spend the one warning: it comes again, with the count.
func TestRejectedIsLoggedAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logged bytes.Buffer
		c, err := New(knownSecret, "token", &Options{Logger: slog.New(slog.NewTextHandler(&logged, nil))})
		require.NoError(t, err)
		h := c.Handler((&inbox{}).accept)
		post := func(header http.Header) string {
			logged.Reset()
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("{}"))
			r.Header = header
			h.ServeHTTP(httptest.NewRecorder(), r)
			return logged.String()
		}
		require.Contains(t, post(signed("scanner", "{}")), "count=1 all=1")
		for range 1000 {
			require.Empty(t, post(signed("scanner", "{}")))
		}
		require.Contains(t, post(http.Header{}), "no signature", "one reason does not hide another")
		time.Sleep(time.Minute)
		require.Contains(t, post(signed("old secret", "{}")), "count=1001 all=1002")
		require.Equal(t, transport.Rejected{WrongSignature: 1002, Unsigned: 1}, c.Rejected())
	})
}

// The Mux counts what it refuses, and what its channels refuse.
func TestMuxRejected(t *testing.T) {
	c, err := New(knownSecret, "token", &Options{Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	m, err := NewMux(map[string]*Channel{"U1": c}, 0)
	require.NoError(t, err)
	h := m.Handler((&inbox{}).accept)
	m.entrance.log = slog.New(slog.DiscardHandler)
	for _, body := range []string{`{"destination":"U1"}`, `{"destination":"U2"}`, ""} {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header = signed("other", body)
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	require.Equal(t, transport.Rejected{WrongSignature: 1}, c.Rejected())
	require.Equal(t, transport.Rejected{WrongSignature: 1, Elsewhere: 1, Cut: 1}, m.Rejected())
}

// drip is a body that comes up to some point, and then no further before it is let go.
type drip struct {
	io.Reader
	stop, end chan struct{}
}

func (d *drip) Read(b []byte) (int, error) {
	n, err := d.Reader.Read(b)
	if errors.Is(err, io.EOF) {
		d.stop <- struct{}{}
		<-d.end
	}
	return n, err
}

// The bodies of 300 strangers hold no more than a bound of memory, and keep no usual webhook out.
func TestUncheckedBodiesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := New(knownSecret, "token", &Options{Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		h := c.Handler((&inbox{}).accept)
		post := func(body io.Reader, size int64, header http.Header) int {
			r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/", body)
			r.Header, r.ContentLength = header, size
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			return w.Code
		}
		const strangers = 300
		stop, end := make(chan struct{}, strangers), make(chan struct{})
		for range strangers {
			go post(&drip{io.LimitReader(zeros{}, 900<<10), stop, end}, 1<<20, signed("other", ""))
			synctest.Wait()
		}
		require.EqualValues(t, 31<<20, c.entrance.held.Load(), "to grow to a megabyte takes half of one more")
		require.Len(t, stop, 31)
		require.EqualValues(t, strangers-31, c.Rejected().Crowded)

		small, large := `{"events":[]}`, `{"events":[],"x":"`+strings.Repeat("x", 900<<10)+`"}`
		require.Equal(t, 200, post(strings.NewReader(small), int64(len(small)), signed(knownSecret, small)))
		require.Equal(t, 503, post(strings.NewReader(large), int64(len(large)), signed(knownSecret, large)), "LINE sends it again")
		close(end)
		synctest.Wait()
		require.Zero(t, c.entrance.held.Load())
		require.Equal(t, 200, post(strings.NewReader(large), int64(len(large)), signed(knownSecret, large)))
		require.Equal(t, 200, post(strings.NewReader(large), -1, signed(knownSecret, large)))
	})
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }
