package line

import (
	"bytes"
	"strings"
	"testing"
	"time"

	sdk "github.com/line/line-bot-sdk-go/v8/linebot/webhook"
	"github.com/stretchr/testify/require"
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

// FuzzRefusal shows that an error says nothing of what a server answers but what is known beforehand.
func FuzzRefusal(f *testing.F) {
	f.Add(400, []byte(`{"message":"The request body has 1 error(s)","details":[{"property":"messages[0].text"}]}`))
	f.Add(429, []byte(`{"message":"Invalid reply token"}`))
	f.Add(500, []byte(`{..}`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status >= 100 && status <= 999 {
			requireSilent(t, newAPIError(&answer{status: status, body: body}))
		}
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
