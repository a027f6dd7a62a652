package line

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/webhook"
)

// TestDocumentedWebhooks posts each webhook in LINE's documentation, signed, to a Channel's
// handler. Each event of each of them arrives, those of module channels too.
func TestDocumentedWebhooks(t *testing.T) {
	var got []transport.Event
	c := quickChannel(t, &Options{Secrets: []string{knownSecret}})
	h := c.Handler(func(_ context.Context, events []transport.Event) error {
		got = append(got, events...)
		return nil
	})
	found := map[transport.Kind]int{}
	docBlocks(t, "", func(page string, v any) {
		hook, _ := v.(map[string]any)
		if hook["destination"] == nil {
			require.Nil(t, hook["webhookEventId"], "%s: an event by itself", page)
			return
		}
		body, err := json.Marshal(v)
		require.NoError(t, err)
		got = nil
		r := httptest.NewRequest("POST", "/", strings.NewReader(string(body)))
		r.Header = signed(knownSecret, string(body))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		require.Equal(t, 200, w.Code, "%s: %s", page, body)
		events, _ := hook["events"].([]any)
		require.Len(t, got, len(events), "%s: %s", page, body)
		require.NotEmpty(t, webhook.Destination(body))
		for i := range got {
			found[got[i].Kind]++
			DetailsOf(&got[i])
		}
	})
	t.Logf("webhooks: %v", found)
	require.Zero(t, found[transport.KindUnknown])
	for kind := transport.KindText; kind < transport.KindTimer; kind++ {
		if kind != transport.KindMessage {
			require.NotZero(t, found[kind], "no sample of %s", kind)
		}
	}
}
