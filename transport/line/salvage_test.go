package line

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

// picky refuses messages that say "bad", in LINE's words of most messages or of Flex messages, and takes the
// others.
func picky(t *testing.T, flex bool, then func(w http.ResponseWriter, n int)) *platform {
	t.Helper()
	var p *platform
	p = newPlatform(t, func(w http.ResponseWriter, n int) {
		var body struct{ Messages []struct{ Text string } }
		require.NoError(t, json.Unmarshal([]byte(p.got()[n-1].body), &body))
		var wrong []string
		for i, m := range body.Messages {
			if m.Text == "bad" && flex {
				says(400, fmt.Sprintf(`{"message":"A message (messages[%d]) in the request body is invalid",`+
					`"details":[{"message":"bad","property":"/body"}]}`, i))(w, n)
				return
			} else if m.Text == "bad" {
				wrong = append(wrong, fmt.Sprintf(`{"message":"bad","property":"messages[%d].text"}`, i))
			}
		}
		if len(wrong) > 0 {
			says(400, fmt.Sprintf(`{"message":"The request body has %d error(s)","details":[%s]}`, len(wrong), strings.Join(wrong, ",")))(w, n)
			return
		}
		then(w, n)
	})
	return p
}

func texts(words ...string) []byte {
	return []byte(`[{"text":"` + strings.Join(words, `"},{"text":"`) + `"}]`)
}

// What LINE does not refuse is sent, in order, and what it refuses is said.
func TestSalvage(t *testing.T) {
	takes := says(200, `{}`)
	tests := []struct {
		name     string
		messages []byte
		flex     bool
		push     bool
		then     func(http.ResponseWriter, int)
		calls    int
		sent     []byte // by the last call
		refused  []byte
		want     string
	}{
		{"one of five", texts("a", "b", "bad", "d", "e"), false, false, takes, 2, texts("a", "b", "d", "e"), texts("bad"), "drop"},
		{"two of five", texts("bad", "b", "bad", "d", "e"), false, true, takes, 2, texts("b", "d", "e"), texts("bad", "bad"), "drop"},
		{"one after the other", texts("bad", "b", "bad", "d", "bad"), true, true, takes, 4, texts("b", "d"), texts("bad", "bad", "bad"), "drop"},
		{"all", texts("bad", "bad"), false, false, takes, 1, texts("bad", "bad"), nil, "drop"},
		{"all, one after the other", texts("bad", "bad"), true, false, takes, 2, texts("bad"), nil, "drop"},
		{"none", texts("a"), false, false, takes, 1, texts("a"), nil, ""},
		{"the rest gets no answer", texts("a", "bad"), false, true, hangUp, 2, texts("a"), nil, "retry"},
		{"the rest came before", texts("a", "bad"), false, true, says(409, `{}`), 2, texts("a"), texts("bad"), "drop"},
		{"the rest is refused without a name", texts("a", "bad"), false, true, says(403, `{}`), 2, texts("a"), nil, "drop"},
	}
	for _, tt := range tests {
		for name, client := range clients {
			t.Run(tt.name+" "+name, func(t *testing.T) {
				p := picky(t, tt.flex, tt.then)
				c, err := New("secret", "token", &Options{Endpoint: p.URL, Client: client()})
				require.NoError(t, err)
				d := delivery()
				if d.Messages = tt.messages; tt.push {
					d.ReplyToken = ""
				}
				err = failure(c.Send(t.Context(), d))
				require.Equal(t, tt.want, verdictOf(err))
				calls := p.got()
				require.Len(t, calls, tt.calls)
				require.Contains(t, calls[len(calls)-1].body, `"messages":`+string(tt.sent))
				if se, is := err.(*transport.SendError); is {
					require.Equal(t, string(tt.refused), string(se.Refused))
				}
				if tt.refused != nil {
					require.ErrorContains(t, err, "line: status 400: ")
				}
				keys := map[string]bool{}
				for _, call := range calls {
					keys[strings.Join(call.retryKey, "")] = true
				}
				if tt.push {
					require.Len(t, keys, tt.calls, "another body has another key")
				}
				require.Equal(t, string(tt.messages), string(d.Messages), "the delivery stays as it is")
			})
		}
	}
}

// A refusal that names something else than messages is one of the whole call.
func TestSalvageOfOtherRefusals(t *testing.T) {
	for _, body := range []string{
		`{"message":"Failed to send messages"}`,
		`{"message":"The request body has 2 error(s)","details":[{"property":"messages[0].text"},{"property":"to"}]}`,
		`{"message":"The request body has 1 error(s)","details":[{"property":"messages[7].text"}]}`,
		`{"message":"The request body has 1 error(s)","details":[{"property":"messages"}]}`,
	} {
		p := newPlatform(t, says(400, body))
		c, err := New("secret", "token", &Options{Endpoint: p.URL})
		require.NoError(t, err)
		d := delivery()
		d.Messages = texts("a", "b")
		err = failure(c.Send(t.Context(), d))
		require.Equal(t, "drop", verdictOf(err), body)
		require.Nil(t, err.(*transport.SendError).Refused, body)
		require.Len(t, p.got(), 1, body)
	}
}
