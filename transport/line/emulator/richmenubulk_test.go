package emulator

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBulkLink(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.follows()
	id, bare := s.readyMenu(""), s.makesMenu("")
	both := `["` + s.user() + `","` + s.Users()[1].ID + `","` + stranger + `"]`
	link := func(menu, users string) result {
		return s.call("POST", "/v2/bot/richmenu/bulk/link", `{"richMenuId":"`+menu+`","userIds":`+users+`}`)
	}
	r := link(id, both)
	require.Equal(t, http.StatusAccepted, r.status)
	require.JSONEq(t, `{}`, r.raw)
	require.Empty(t, s.Menu("User A"), "it takes a while")
	s.now.advance(time.Second)
	require.Equal(t, id, s.Menu("User A"))
	require.Equal(t, id, s.Menu("User B"))
	r = s.call("POST", "/v2/bot/richmenu/bulk/unlink", `{"userIds":`+both+`}`)
	require.Equal(t, http.StatusAccepted, r.status)
	require.Equal(t, id, s.Menu("User A"))
	s.now.advance(time.Second)
	require.Empty(t, s.Menu("User A"))

	require.JSONEq(t, `{"message":"The property, 'userIds[0]', in the request body is invalid (line: -, column: -)"}`,
		link(id, `["x"]`).raw)
	require.JSONEq(t, `{"message":"The request body has 1 error(s)","details":[
		{"message":"invalid richMenuId","property":"richMenuId"}]}`, link("x", both).raw)
	r = link("richmenu-"+strings.Repeat("0", 32), both)
	require.Equal(t, 404, r.status)
	require.JSONEq(t, `{"message":"richmenu not found","details":[]}`, r.raw)
	require.Equal(t, 400, link(bare, both).status)
	require.Equal(t, 400, link(id, `[]`).status)
	many := `["` + strings.Repeat(stranger+`","`, 500) + stranger + `"]`
	require.Equal(t, 400, link(id, many).status)
	require.Equal(t, 400, s.call("POST", "/v2/bot/richmenu/bulk/unlink", `{"userIds":["x"]}`).status)
}

func TestBatch(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{NoRateLimits: true})
	s.follows()
	a, b, c := s.readyMenu(""), s.readyMenu(""), s.readyMenu("")
	other := s.Users()[1].ID
	s.call("POST", "/v2/bot/user/"+s.user()+"/richmenu/"+a, "")
	s.call("POST", "/v2/bot/user/"+other+"/richmenu/"+b, "")
	chain := fmt.Sprintf(`{"operations":[{"type":"link","from":"%s","to":"%s"},
		{"type":"link","from":"%s","to":"%s"}],"resumeRequestKey":"key-1_A"}`, a, b, b, c)
	require.Equal(t, 200, s.call("POST", "/v2/bot/richmenu/validate/batch", chain).status)
	r := s.call("POST", "/v2/bot/richmenu/batch", chain)
	require.Equal(t, http.StatusAccepted, r.status, r.raw)
	progress := "/v2/bot/richmenu/progress/batch?requestId="
	path := progress + r.header.Get("x-line-request-id")
	require.JSONEq(t, `{"phase":"ongoing","acceptedTime":"2026-05-01T12:00:00.000Z"}`, s.call("GET", path, "").raw)
	require.Equal(t, a, s.Menu("User A"))
	s.now.advance(time.Second)
	require.JSONEq(t, `{"phase":"succeeded","acceptedTime":"2026-05-01T12:00:00.000Z",
		"completedTime":"2026-05-01T12:00:01.000Z"}`, s.call("GET", path, "").raw)
	require.Equal(t, b, s.Menu("User A"), "not on to the third")
	require.Equal(t, c, s.Menu("User B"))
	s.call("POST", "/v2/bot/richmenu/batch", chain)
	s.now.advance(time.Second)
	require.Equal(t, b, s.Menu("User A"), "the key says that it is the same request")
	s.call("POST", "/v2/bot/richmenu/batch", `{"operations":[{"type":"unlink","from":"`+b+`"}]}`)
	s.now.advance(time.Second)
	require.Empty(t, s.Menu("User A"))
	require.Equal(t, c, s.Menu("User B"))
	s.call("POST", "/v2/bot/richmenu/batch", `{"operations":[{"type":"unlinkAll"}]}`)
	s.now.advance(time.Second)
	require.Empty(t, s.Menu("User B"))
	s.now.advance(batchKept)
	require.Equal(t, 404, s.call("GET", path, "").status)
	require.Equal(t, 404, s.call("GET", progress+newUUID(), "").status)
	require.Equal(t, 400, s.call("GET", progress, "").status)
}

// A batch that fails for some users goes on with them under its key.
func TestBatchThatFails(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{NoRateLimits: true})
	s.crowd(3)
	a, b := s.readyMenu(""), s.readyMenu("")
	for _, name := range []string{"n0", "n1", "n2"} {
		require.Equal(t, 200, s.call("POST", "/v2/bot/user/"+s.find(name).ID+"/richmenu/"+a, "").status)
	}
	require.NoError(t, s.FailBatch("n1"))
	require.ErrorIs(t, s.FailBatch("nobody"), ErrUnknownUser)
	send := func(key string) (progress func() string) {
		r := s.call("POST", "/v2/bot/richmenu/batch", `{"operations":[{"type":"link","from":"`+a+`","to":"`+b+`"}]`+key+`}`)
		require.Equal(t, http.StatusAccepted, r.status, r.raw)
		return func() string {
			var body struct{ Phase, AcceptedTime, CompletedTime string }
			decode(t, s.call("GET", "/v2/bot/richmenu/progress/batch?requestId="+r.header.Get("x-line-request-id"), "").raw, &body)
			require.Equal(t, body.Phase == "ongoing", body.CompletedTime == "")
			require.True(t, body.Phase == "ongoing" || body.CompletedTime >= body.AcceptedTime)
			return body.Phase
		}
	}
	menus := func() []string { return []string{s.Menu("n0"), s.Menu("n1"), s.Menu("n2")} }
	const key = `,"resumeRequestKey":"key"`
	first := send(key)
	again := send(key)
	require.Equal(t, "ongoing", first())
	require.Equal(t, "ongoing", again())
	s.now.advance(time.Second)
	require.Equal(t, "failed", first())
	require.Equal(t, "failed", again(), "it was the same work")
	require.Equal(t, []string{b, a, b}, menus())

	require.Equal(t, 200, s.call("POST", "/v2/bot/user/"+s.find("n2").ID+"/richmenu/"+a, "").status)
	second := send(key)
	require.Equal(t, "ongoing", second())
	s.now.advance(time.Second)
	require.Equal(t, "succeeded", second())
	require.Equal(t, "failed", first())
	require.Equal(t, []string{b, b, a}, menus(), "who was done is left alone")
	s.now.advance(time.Minute)
	third := send(key)
	require.Equal(t, "succeeded", third(), "there is nothing left to do")

	const another = `,"resumeRequestKey":"another"`
	fresh := s.readyMenu("")
	require.NoError(t, s.FailBatch("n2"))
	send(another)
	s.now.advance(time.Second)
	require.Equal(t, 200, s.call("POST", "/v2/bot/user/"+s.find("n2").ID+"/richmenu/"+fresh, "").status)
	resumed := send(another)
	s.now.advance(time.Second)
	require.Equal(t, "succeeded", resumed())
	require.Equal(t, fresh, s.Menu("n2"), "it has another menu by now")
	require.Equal(t, 200, s.call("POST", "/v2/bot/user/"+s.find("n2").ID+"/richmenu/"+a, "").status)

	s.now.advance(batchKept)
	send(key)
	s.now.advance(time.Second)
	require.Equal(t, []string{b, b, b}, menus(), "the key has expired")

	fourth := send("")
	require.Equal(t, http.StatusOK, s.call("DELETE", "/v2/bot/richmenu/"+b, "").status)
	s.now.advance(time.Second)
	require.Equal(t, "succeeded", fourth(), "nobody has the old menu")
	require.Equal(t, 200, s.call("POST", "/v2/bot/user/"+s.find("n0").ID+"/richmenu/"+a, "").status)
	b = s.readyMenu("")
	fifth := send("")
	require.Equal(t, http.StatusOK, s.call("DELETE", "/v2/bot/richmenu/"+b, "").status)
	s.now.advance(time.Second)
	require.Equal(t, "failed", fifth(), "the new one is gone")
	require.Equal(t, a, s.Menu("n0"))
}

func TestBatchRefusals(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{NoRateLimits: true})
	a, bare := s.readyMenu(""), s.makesMenu("")
	unknown := "richmenu-" + strings.Repeat("0", 32)
	unlink := `{"type":"unlink","from":"` + a + `"}`
	tests := []struct {
		name, operations string
		status           int
		details          string
	}{
		{"none", ``, 400, `{"message":"Size must be between 1 and 1000","property":"operations"}`},
		{"a malformed menu", `{"type":"unlink","from":"x"}`, 400,
			`{"message":"invalid richMenuId","property":"operations[0].from"}`},
		{"twice from one", unlink + "," + unlink, 400,
			`{"message":"from richmenu (` + a + `) is duplicated","property":"operations[].from"}`},
		{"unlinkAll and more", `{"type":"unlinkAll"},` + unlink, 400,
			`{"message":"'unlinkAll' type can't be combined with other type","property":"operations[].type"}`},
		{"to one without an image", `{"type":"link","from":"` + a + `","to":"` + bare + `"}`, 400,
			`{"message":"'to' richmenu (` + bare + `) must have image but it doesn't","property":"operations[0].to"}`},
		{"to an unknown one", `{"type":"link","from":"` + a + `","to":"` + unknown + `"}`, 404,
			`{"message":"Richmenu (` + unknown + `) is not found","property":"operations[0].to"}`},
		{"an unknown type", `{"type":"x"}`, 400,
			`{"message":"Must be one of the following values: [link, unlink, unlinkAll]","property":"operations[0].type"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, path := range []string{"batch", "validate/batch"} {
				r := s.call("POST", "/v2/bot/richmenu/"+path, `{"operations":[`+test.operations+`]}`)
				require.Equal(t, test.status, r.status)
				require.JSONEq(t, `{"message":"The request body has 1 error(s)","details":[`+test.details+`]}`, r.raw)
			}
		})
	}
	r := s.call("POST", "/v2/bot/richmenu/batch", `{"operations":[`+unlink+`],"resumeRequestKey":"a b"}`)
	require.Equal(t, "resumeRequestKey", r.Details[0].Property)
}
