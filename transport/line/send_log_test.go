package line

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Operators count by the log what Send had to assume: a reply whose token was used, and a push
// that may be the second time.
func TestSendLogsWhatItAssumes(t *testing.T) {
	const assumed, pushed = "reply assumed delivered", "pushing a reply of unknown fate"
	for _, tt := range []struct {
		name            string
		change          func(*transport.Delivery)
		assumed, pushed bool
	}{
		{"token used inside the window", retried, true, false},
		{"nobody tried in the window", late, false, false},
		{"somebody may have tried", both(late, both(retried, waited)), false, true},
		{"it was late from the first", both(late, retried), false, false},
		{"a push that was tried before", both(push, retried), false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var logged bytes.Buffer
			answer := says(200, `{}`)
			if tt.assumed {
				answer = says(400, usedToken)
			}
			p := newPlatform(t, answer)
			c, err := New("secret", "token", &Options{Endpoint: p.URL, Logger: slog.New(slog.NewTextHandler(&logged, nil))})
			require.NoError(t, err)
			d := delivery()
			tt.change(d)
			require.NoError(t, failure(c.Send(t.Context(), d)))
			require.Equal(t, tt.assumed, bytes.Contains(logged.Bytes(), []byte(assumed)))
			require.Equal(t, tt.pushed, bytes.Contains(logged.Bytes(), []byte(pushed)))
		})
	}
}
