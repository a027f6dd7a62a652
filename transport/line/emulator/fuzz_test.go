package emulator

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzAPIBody gives the API of the stand-in any body: it answers each with a status of LINE.
func FuzzAPIBody(f *testing.F) {
	f.Add("push", `{"to":"U1","messages":[{"type":"text","text":"a","quickReply":{"items":[{"type":"action","action":{"type":"message","label":"a","text":"b"}}]}}]}`)
	f.Add("reply", `{"replyToken":"t","messages":[{"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[null]}}}]}`)
	f.Add("push", `{"to":5,"messages":{"a":[[[[]]]]}}`)
	f.Add("push", `{"to":"U1","messages":[{"type":"template","altText":"a","template":{"type":"carousel","columns":[{"text":"a","actions":[]}]}}]}`)
	f.Fuzz(func(t *testing.T, path, body string) {
		if path != "reply" {
			path = "push"
		}
		p := New(secret, token, nil)
		r := httptest.NewRequest(http.MethodPost, "/v2/bot/message/"+path, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		p.serveAPI(w, r)
		require.Contains(t, []int{200, 400, 413}, w.Code, w.Body.String())
	})
}
