package line

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

func TestDetailsOf(t *testing.T) {
	tests := []struct {
		name, raw string
		want      Details
	}{
		{"text", `{"message":{"type":"text","quoteToken":"q","markAsReadToken":"r"}}`, Details{QuoteToken: "q", MarkAsReadToken: "r"}},
		{"picture", `{"message":{"contentProvider":{"type":"line"}}}`, Details{}},
		{"picture elsewhere", `{"message":{"contentProvider":{"type":"external","originalContentUrl":"https://10.0.0.1/"}}}`, Details{External: true}},
		{"new provider", `{"message":{"contentProvider":{"type":"other"}}}`, Details{External: true}},
		{"linked", `{"link":{"result":"ok","nonce":"n"}}`, Details{LinkNonce: "n", Linked: true}},
		{"not linked", `{"link":{"result":"failed","nonce":"n"}}`, Details{LinkNonce: "n"}},
		{"joined", `{"joined":{"members":[{"type":"user","userId":"U1"},{"type":"user"}]}}`, Details{Members: []string{"U1"}}},
		{"left", `{"left":{"members":[{"type":"user","userId":"U2"}]}}`, Details{Members: []string{"U2"}}},
		{"of a wrong kind", `{"message":{"quoteToken":7,"markAsReadToken":"r"}}`, Details{MarkAsReadToken: "r"}},
		{"timer", ``, Details{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, DetailsOf(&transport.Event{Raw: []byte(tt.raw)}))
		})
	}
}
