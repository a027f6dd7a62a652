package emulator

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzAPIBody gives every endpoint of the stand-in that takes a body any body, and chooses it by the
// end of its path: it answers each with a status of LINE.
func FuzzAPIBody(f *testing.F) {
	f.Add("push", `{"to":"U1","messages":[{"type":"text","text":"a","quickReply":{"items":[{"type":"action","action":{"type":"message","label":"a","text":"b"}}]}}]}`)
	f.Add("reply", `{"replyToken":"t","messages":[{"type":"flex","altText":"a","contents":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[null]}}}]}`)
	f.Add("push", `{"to":5,"messages":{"a":[[[[]]]]}}`)
	f.Add("push", `{"to":"U1","messages":[{"type":"template","altText":"a","template":{"type":"carousel","columns":[{"text":"a","actions":[]}]}}]}`)
	f.Add("narrowcast", `{"messages":[{"type":"text","text":"a"}],"filter":{"demographic":{"type":"operator","not":{"type":"age","gte":"age_15"}}}}`)
	f.Add("richmenu", `{"size":{"width":800,"height":540},"areas":[{"bounds":{"x":-1},"action":{"type":"uri"}}]}`)
	f.Add("batch", `{"operations":[{"type":"link","from":[],"to":{}}]}`)
	f.Add("coupon", `{"reward":{"type":"discount","priceInfo":{"type":"explicit"}}}`)
	f.Add("token", `grant_type=client_credentials&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=e30.e30.x`)
	f.Add("push", `{"to":"U1","messages":[{"type":"te`)
	f.Add("push", `{"to":A}`)
	f.Fuzz(func(t *testing.T, path, body string) {
		p := New(secret, token, nil)
		to, media := pushPath, "application/json"
		for _, e := range p.endpoints() {
			if e.method == http.MethodPost && len(path) > 2 && strings.HasSuffix(e.path, path) {
				to = parameter.ReplaceAllString(e.path, p.Users()[0].ID)
				if len(e.media) > 0 {
					media = e.media[0]
				}
				break
			}
		}
		r := httptest.NewRequest(http.MethodPost, to, strings.NewReader(body))
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", media)
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		require.Contains(t, []int{200, 202, 400, 403, 404, 413}, w.Code, w.Body.String())
	})
}
