package emulator

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const groups = "/v2/bot/audienceGroup/"

// put is a call with a JSON body.
func (s *stage) put(path, body string) result {
	s.t.Helper()
	return s.call("PUT", path, body, "Content-Type", "application/json")
}

// members are friends by the numbers that crowd gave them, as the ids of an audience.
func (s *stage) members(from, to int) string {
	s.t.Helper()
	var list []string
	for i := from; i < to; i++ {
		list = append(list, `{"id":"`+s.find(fmt.Sprintf("n%d", i)).ID+`"}`)
	}
	return "[" + strings.Join(list, ",") + "]"
}

type groupBody struct {
	ID          int64 `json:"audienceGroupId"`
	CreateRoute string
	Type        string
	Description string
	Status      string
	Count       int `json:"audienceCount"`
	Created     int64
	Permission  string
	Expires     int64 `json:"expireTimestamp"`
	IFA         bool  `json:"isIfaAudience"`
	RequestID   string
	ClickURL    string
}

type jobBody struct {
	ID            int64 `json:"audienceGroupJobId"`
	Group         int64 `json:"audienceGroupId"`
	Description   *string
	Type, Status  string
	FailedType    *string
	AudienceCount int
	Created       int64
	JobStatus     string
}

// makes makes an audience by a call, and returns its id.
func (s *stage) makesAudience(path, body string) int64 {
	s.t.Helper()
	r := s.call("POST", groups+path, body)
	require.Equal(s.t, http.StatusAccepted, r.status, r.raw)
	var g groupBody
	decode(s.t, r.raw, &g)
	return g.ID
}

func (s *stage) audienceOf(id int64) (groupBody, []jobBody) {
	s.t.Helper()
	r := s.call("GET", fmt.Sprint(groups, id), "")
	require.Equal(s.t, 200, r.status, r.raw)
	var body struct {
		AudienceGroup groupBody
		Jobs          []jobBody
	}
	decode(s.t, r.raw, &body)
	require.NotNil(s.t, body.Jobs)
	return body.AudienceGroup, body.Jobs
}

func to(id int64) string {
	return fmt.Sprintf(`,"recipient":{"type":"audience","audienceGroupId":%d}`, id)
}

func TestUploadAudience(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{NoRateLimits: true})
	s.crowd(5)
	r := s.call("POST", groups+"upload", `{"description":"Spring","uploadDescription":"first","audiences":`+s.members(0, 2)+`}`)
	require.Equal(t, http.StatusAccepted, r.status, r.raw)
	var made groupBody
	decode(t, r.raw, &made)
	now := s.now.now().Unix()
	want := groupBody{ID: made.ID, CreateRoute: "MESSAGING_API", Type: "UPLOAD", Description: "Spring", Created: now,
		Permission: "READ_WRITE", Expires: now + 15_552_000}
	require.Equal(t, want, made)
	require.NotContains(t, r.raw, "status")

	g, jobs := s.audienceOf(made.ID)
	require.Equal(t, "IN_PROGRESS", g.Status)
	require.Equal(t, "WORKING", jobs[0].JobStatus)
	require.Equal(t, 400, s.narrowcasts(to(made.ID)).status, "it is not ready")
	require.JSONEq(t, fmt.Sprintf(`{"message":"Invalid audience group id: %d"}`, made.ID), s.narrowcasts(to(made.ID)).raw)
	s.now.advance(time.Second)
	g, jobs = s.audienceOf(made.ID)
	want.Status, want.Count = "READY", 2
	require.Equal(t, want, g)
	first := "first"
	require.Equal(t, []jobBody{{ID: jobs[0].ID, Group: made.ID, Description: &first, Type: "DIFF_ADD", Status: "FINISHED",
		AudienceCount: 2, Created: now, JobStatus: "FINISHED"}}, jobs)
	require.Equal(t, 2, *s.outcome(s.narrowcasts(to(made.ID))).Target)

	// One twice, one new, one who is no friend, and one whom nobody knows.
	more := strings.TrimSuffix(s.members(1, 3), "]") + `,{"id":"` + s.user() + `"},{"id":"` + stranger + `"}]`
	r = s.put(groups+"upload", fmt.Sprintf(`{"audienceGroupId":%d,"audiences":%s}`, made.ID, more))
	require.Equal(t, http.StatusAccepted, r.status, r.raw)
	require.JSONEq(t, `{}`, r.raw)
	g, jobs = s.audienceOf(made.ID)
	require.Equal(t, "READY", g.Status, "those who are in it can be written to meanwhile")
	require.Equal(t, 2, g.Count)
	require.Nil(t, jobs[1].Description)
	s.now.advance(time.Second)
	g, _ = s.audienceOf(made.ID)
	require.Equal(t, 5, g.Count)
	require.Equal(t, 3, *s.outcome(s.narrowcasts(to(made.ID))).Target)

	empty := s.makesAudience("upload", `{"description":"Empty"}`)
	s.now.advance(time.Hour)
	g, jobs = s.audienceOf(empty)
	require.Equal(t, "IN_PROGRESS", g.Status)
	require.Empty(t, jobs)
	phone := s.makesAudience("upload", `{"description":"Phones","isIfaAudience":true,"audiences":[{"id":"`+newUUID()+`"}]}`)
	s.now.advance(time.Second)
	g, _ = s.audienceOf(phone)
	require.True(t, g.IFA)
	require.Zero(t, g.Count, "few, and not by their user ids")
	require.Zero(t, *s.outcome(s.narrowcasts(to(phone))).Target)
}

// Who has opened a message, or a URL in it, is an audience of at least 50.
func TestWatchedAudiences(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{NoRateLimits: true})
	s.crowd(120)
	r := s.narrowcasts(`,"messages":[` + shop + `]`)
	request := r.header.Get("x-line-request-id")
	body := func(more string) string {
		return `{"description":"Watchers","requestId":"` + request + `"` + more + `}`
	}
	require.Contains(t, s.call("POST", groups+"imp", body("")).raw, "REQUEST_NOT_FOUND", "it is under way")
	s.now.advance(time.Second)
	for i := range 70 {
		name := fmt.Sprintf("n%d", i)
		_, err := s.Sticker(t.Context(), name, "1", "1")
		require.NoError(t, err)
		s.hit()
		if i < 60 {
			_, err = s.Tap(t.Context(), name, "Buy")
			require.NoError(t, err)
		}
		if i < 30 {
			_, err = s.Tap(t.Context(), name, "Look")
			require.NoError(t, err)
		}
	}
	seen := s.makesAudience("imp", body(""))
	clicked := s.makesAudience("click", body(""))
	bought := s.makesAudience("click", body(`,"clickUrl":"https://example.com/buy"`))
	looked := s.makesAudience("click", body(`,"clickUrl":"https://example.com/look"`))
	none := s.makesAudience("click", body(`,"clickUrl":"https://example.com/none"`))
	s.now.advance(time.Second)
	for _, want := range []struct {
		id     int64
		kind   string
		url    string
		status string
		count  int
	}{
		{seen, "IMP", "", "READY", 70}, {clicked, "CLICK", "", "READY", 60},
		{bought, "CLICK", "https://example.com/buy", "READY", 60},
		{looked, "CLICK", "https://example.com/look", "IN_PROGRESS", 30},
		{none, "CLICK", "https://example.com/none", "IN_PROGRESS", 0},
	} {
		g, jobs := s.audienceOf(want.id)
		require.Equal(t, []any{want.kind, want.url, want.status, want.count, request},
			[]any{g.Type, g.ClickURL, g.Status, g.Count, g.RequestID})
		require.Empty(t, jobs)
	}
	require.Equal(t, 70, *s.outcome(s.narrowcasts(to(seen))).Target)
	require.Equal(t, 400, s.narrowcasts(to(looked)).status)
	got := s.outcome(s.narrowcasts(`,"recipient":{"type":"operator","and":[{"type":"audience","audienceGroupId":` +
		fmt.Sprint(seen) + `},{"type":"operator","not":{"type":"audience","audienceGroupId":` + fmt.Sprint(clicked) + `}}]}`))
	require.Equal(t, 2, got.Code, "10 are too few, as they could be guessed")

	for _, path := range []string{"imp", "click"} {
		require.Contains(t, s.call("POST", groups+path, body("")).raw, `"AUDIENCE_GROUP_REQUESTID_DUPLICATE"`)
		require.Contains(t, s.call("POST", groups+path, `{"description":"x","requestId":"`+newUUID()+`"}`).raw, "REQUEST_NOT_FOUND")
	}
	r = s.put(groups+"upload", fmt.Sprintf(`{"audienceGroupId":%d,"audiences":%s}`, seen, s.members(90, 91)))
	require.Contains(t, r.raw, "AUDIENCE_GROUP_NOT_FOUND", "nobody is added to what people did")
	require.Equal(t, "clickUrl", s.call("POST", groups+"click",
		body(`,"clickUrl":"`+strings.Repeat("x", 2001)+`"`)).Details[0].Property)
	require.Contains(t, s.call("POST", groups+"imp", `{"description":""}`).raw, "NAME_EMPTY")
	s.now.advance(retargetable)
	require.Contains(t, s.call("POST", groups+"click", body(`,"clickUrl":"https://example.com/x"`)).raw, "TOO_OLD_MESSAGES")
}

func TestAudienceRefusals(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{NoRateLimits: true})
	s.crowd(1)
	id := s.makesAudience("upload", `{"description":"x","audiences":`+s.members(0, 1)+`}`)
	one := fmt.Sprint(groups, id)
	long := strings.Repeat("x", 301)
	missing := groups + "7"
	tests := []struct {
		name, method, path, body, code string
	}{
		{"name", "POST", groups + "upload", `{"description":"` + long[:121] + `"}`, "AUDIENCE_GROUP_NAME_SIZE_OVER"},
		{"no name", "POST", groups + "upload", `{}`, "AUDIENCE_GROUP_NAME_EMPTY"},
		{"blank", "POST", groups + "upload", `{"description":"  "}`, "AUDIENCE_GROUP_NAME_EMPTY"},
		{"line feed", "PUT", one + "/updateDescription", `{"description":"\n"}`, "AUDIENCE_GROUP_NAME_WRONG"},
		{"comment", "POST", groups + "upload", `{"description":"x","uploadDescription":"` + long + `"}`,
			"AUDIENCE_GROUP_UPLOAD_DESCRIPTION_SIZE_OVER"},
		{"id", "POST", groups + "upload", `{"description":"x","audiences":[{"id":"x"}]}`, badAudienceID},
		{"user id for a phone", "POST", groups + "upload",
			`{"description":"x","isIfaAudience":true,"audiences":` + s.members(0, 1) + `}`, badAudienceID},
		{"many", "POST", groups + "upload", `{"description":"x","audiences":[` +
			strings.Repeat(`{"id":"`+stranger+`"},`, 10_000) + `{"id":"` + stranger + `"}]}`,
			"UPLOAD_AUDIENCE_GROUP_TOO_MANY_AUDIENCE_IDS"},
		{"nobody", "PUT", groups + "upload", fmt.Sprintf(`{"audienceGroupId":%d}`, id),
			"UPLOAD_AUDIENCE_GROUP_NO_VALID_AUDIENCE_IDS"},
		{"add to none", "PUT", groups + "upload", `{"audienceGroupId":7,"audiences":` + s.members(0, 1) + `}`, "AUDIENCE_GROUP_NOT_FOUND"},
		{"get", "GET", missing, "", "AUDIENCE_GROUP_NOT_FOUND"},
		{"delete", "DELETE", groups + "x", "", "AUDIENCE_GROUP_NOT_FOUND"},
		{"rename", "PUT", missing + "/updateDescription", `{"description":"x"}`, "AUDIENCE_GROUP_NOT_FOUND"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := s.call(test.method, test.path, test.body, "Content-Type", "application/json")
			require.Equal(t, 400, r.status, r.raw)
			require.Equal(t, test.code, r.Details[0].Message)
		})
	}
	require.Equal(t, "audiences", s.call("POST", groups+"upload", `{"description":"x","audiences":7}`).Details[0].Property)
	for range maxAudienceJobs - 1 { // and the one that it was made by
		require.Equal(t, 202, s.put(groups+"upload", fmt.Sprintf(`{"audienceGroupId":%d,"audiences":%s}`, id, s.members(0, 1))).status)
	}
	full := s.put(groups+"upload", fmt.Sprintf(`{"audienceGroupId":%d,"audiences":%s}`, id, s.members(0, 1)))
	require.Equal(t, http.StatusTooManyRequests, full.status, "ten jobs are under way")

	require.Equal(t, 200, s.put(one+"/updateDescription", `{"description":"renamed"}`).status)
	g, _ := s.audienceOf(id)
	require.Equal(t, "renamed", g.Description)
	s.now.advance(audienceLife)
	g, _ = s.audienceOf(id)
	require.Equal(t, "EXPIRED", g.Status)
	r := s.put(groups+"upload", fmt.Sprintf(`{"audienceGroupId":%d,"audiences":%s}`, id, s.members(0, 1)))
	require.Equal(t, "AUDIENCE_GROUP_CAN_NOT_UPLOAD_STATUS_EXPIRED", r.Details[0].Message)
	require.Equal(t, 400, s.narrowcasts(to(id)).status)
	s.now.advance(audienceKept)
	require.Equal(t, 400, s.call("GET", one, "").status, "it is deleted")

	for range maxAudiences {
		_, err := s.AddAudience()
		require.NoError(t, err)
	}
	for path, body := range map[string]string{"upload": `{"description":"x"}`,
		"imp": `{"description":"x","requestId":"` + s.sentBroadcast() + `"}`} {
		require.Contains(t, s.call("POST", groups+path, body).raw, "AUDIENCE_GROUP_COUNT_MAX_OVER", path)
	}
}

// sentBroadcast sends a broadcast and returns its request id.
func (s *stage) sentBroadcast() string {
	s.t.Helper()
	r := s.call("POST", "/v2/bot/message/broadcast", `{"messages":[`+hello+`]}`)
	require.Equal(s.t, 200, r.status, r.raw)
	return r.header.Get("x-line-request-id")
}
