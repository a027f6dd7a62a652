package line

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	sdk "github.com/line/line-bot-sdk-go/v8/linebot/webhook"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

// FuzzSignature shows that what is not the very signature is refused, and that LINE's SDK would
// take what is taken here.
func FuzzSignature(f *testing.F) {
	f.Add(knownSecret, knownSignature, []byte(knownBody))
	f.Add("other", knownSignature, []byte(knownBody))
	f.Add(knownSecret, knownSignature[:43], []byte(knownBody))
	f.Add("s", sameBytes(sign("s", nil)), []byte(nil))
	f.Fuzz(func(t *testing.T, secret, signature string, body []byte) {
		right := sign(secret, body)
		v := newVerifier([]string{secret, secret + "next"})
		require.Equal(t, signature == right || signature == sign(secret+"next", body), v.verify(signature, body))
		require.True(t, v.verify(right, body))
		require.True(t, sdk.ValidateSignature(secret, right, body))
		if i := len(body); i > 0 {
			changed := bytes.Clone(body)
			changed[len(signature)%i] ^= 1
			require.False(t, v.verify(right, changed))
		}
	})
}

// FuzzAnswer lets a server answer whatever it likes. There is no panic, no end that is not
// reached, and no more memory than a bound; and what net/http can read as well, it reads alike.
func FuzzAnswer(f *testing.F) {
	for _, raw := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
		"HTTP/1.1 400 Bad Request\r\nX-Line-Request-Id: r\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{.\r\n2;x=y\r\n.}\r\n0\r\nA: b\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 500 No\nConnection: keep-alive\n\n" + `{"message":"Invalid reply token"}`,
		"HTTP/1.1 429 Too Many\r\nRetry-After: 3\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nab",
		"HTTP/1.1 304 Not Modified\r\n\r\nHTTP/1.1 101 x\r\n\r\n", "HTTP/1.1 2000\r\n\r\n", "SSH-2.0-x\r\n",
		"", "HTTP/1.0 200\nA", "HTTP/1.0 100\nA: b\n", "HTTP/1.0 200\n" + strings.Repeat("a: b\n", 7) + "\n",
		"HTTP/1.1 200\nTransfer-Encoding: gzip\n\n",
	} {
		f.Add([]byte(raw))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		c := &conn{r: bufio.NewReader(bytes.NewReader(raw))}
		a, reuse, err := c.readAnswer()
		if err != nil {
			require.Nil(t, a)
			require.False(t, reuse)
			return
		}
		require.GreaterOrEqual(t, a.status, 200)
		require.LessOrEqual(t, len(a.body), httpcall.MaxAnswer)
		require.False(t, reuse && a.cut)
		if a.ok() {
			require.Nil(t, a.body)
		} else {
			requireSilent(t, newAPIError(a))
		}
		requireLikeStdlib(t, raw, a, reuse)
	})
}

// requireSilent shows that an error says nothing but what is known beforehand.
func requireSilent(t *testing.T, e *APIError) {
	t.Helper()
	e.RequestID, e.Details = "", nil // their paths: TestAPIErrorSaysWhere
	text := e.Error()[len("line: status 400"):]
	text = strings.TrimLeft(text, "0123456789") // three digits are most, not all
	if text == "" {
		return
	}
	if wholeMessages.MatchString(text[2:]) {
		return
	}
	for _, m := range stockMessages {
		if text == ": "+strings.TrimSuffix(m, ",") {
			return
		}
	}
	t.Fatalf("an error says %q", text)
}

func requireLikeStdlib(t *testing.T, raw []byte, a *answer, reuse bool) {
	t.Helper()
	r := bufio.NewReader(bytes.NewReader(raw))
	resp, err := http.ReadResponse(r, nil)
	for n := 0; err == nil && resp.StatusCode < 200 && n < 8; n++ {
		resp, err = http.ReadResponse(r, nil)
	}
	if err != nil || resp.ProtoMinor == 0 {
		return // stricter in some places; and it reads no chunks in HTTP/1.0
	}
	require.Equal(t, resp.StatusCode, a.status)
	body, err := io.ReadAll(io.LimitReader(resp.Body, httpcall.MaxAnswer))
	if err != nil || a.cut {
		return // ours takes a bare line end behind chunks, for one
	}
	if !a.ok() {
		require.Equal(t, string(body), string(a.body))
	}
	if reuse {
		_, err := r.ReadByte()
		require.ErrorIs(t, err, io.EOF, "nothing is left for the next request to stumble over")
	}
}

// FuzzRetryAfter shows that no header makes a delivery wait for longer than a bound.
func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "3", " 30 ", "-1", "99999999999999999999", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2099 07:28:00 GMT", "soon"} {
		f.Add(s)
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, header string) {
		wait := retryAfter(header, now, rateDelay)
		require.Positive(t, wait)
		require.LessOrEqual(t, wait, maxDelay)
	})
}
