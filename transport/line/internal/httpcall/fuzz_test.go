package httpcall

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

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
		resp, reuse, err := c.readAnswer()
		if err != nil {
			require.Nil(t, resp)
			require.False(t, reuse)
			return
		}
		body, err := Body(resp)
		a := &answer{resp.StatusCode, resp.Header.Get(RequestID), body, err != nil}
		require.GreaterOrEqual(t, a.status, 200)
		require.LessOrEqual(t, len(a.body), MaxAnswer)
		require.False(t, reuse && a.cut)
		if a.ok() {
			require.Empty(t, a.body)
		}
		requireLikeStdlib(t, raw, a, reuse)
	})
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
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxAnswer))
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
