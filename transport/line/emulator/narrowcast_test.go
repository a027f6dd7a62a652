package emulator

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// crowd adds n friends, of whom one half is male, aged 20 and up.
func (s *stage) crowd(n int) {
	s.t.Helper()
	for i := range n {
		d := Demographic{Gender: "female", Age: 20 + i%40, App: "ios", Area: "jp_13"}
		if i%2 == 0 {
			d = Demographic{Gender: "male", Age: 20 + i%40, App: "android", Area: "tw_01"}
		}
		_, err := s.AddUser(User{Name: "n" + strconv.Itoa(i), Friend: true, Demographic: d,
			FriendSince: s.now.now().AddDate(0, 0, -i)})
		require.NoError(s.t, err)
	}
}

func (s *stage) narrowcasts(more string) result {
	s.t.Helper()
	return s.call("POST", "/v2/bot/message/narrowcast", `{"messages":[`+hello+`]`+more+`}`)
}

// outcome waits for a narrowcast's end and returns how it ended.
func (s *stage) outcome(r result) progressBody {
	s.t.Helper()
	require.Equal(s.t, http.StatusAccepted, r.status, r.raw)
	require.JSONEq(s.t, `{}`, r.raw)
	s.now.advance(time.Second)
	var body progressBody
	decode(s.t, s.call("GET", progressPath+r.header.Get("x-line-request-id"), "").raw, &body)
	return body
}

const progressPath = "/v2/bot/message/progress/narrowcast?requestId="

func TestNarrowcastPhases(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.crowd(4)
	r := s.narrowcasts("")
	require.Equal(t, http.StatusAccepted, r.status)
	path := progressPath + r.header.Get("x-line-request-id")
	require.JSONEq(t, `{"phase":"waiting","acceptedTime":"2026-05-01T12:00:00.000Z"}`, s.call("GET", path, "").raw)
	s.now.advance(time.Second / 2)
	require.JSONEq(t, `{"phase":"sending","targetCount":4,"successCount":2,"failureCount":0,
		"acceptedTime":"2026-05-01T12:00:00.000Z"}`, s.call("GET", path, "").raw)
	s.now.advance(time.Second / 2)
	require.JSONEq(t, `{"phase":"succeeded","targetCount":4,"successCount":4,"failureCount":0,
		"acceptedTime":"2026-05-01T12:00:00.000Z","completedTime":"2026-05-01T12:00:01.000Z"}`,
		s.call("GET", path, "").raw)
	require.Len(t, s.Messages("n3"), 1)
	require.Equal(t, "narrowcast", s.Messages("n3")[0].Via)
	s.now.advance(narrowcastKept)
	require.Equal(t, 404, s.call("GET", path, "").status)
	require.Equal(t, 404, s.call("GET", progressPath+newUUID(), "").status)
	require.Equal(t, 400, s.call("GET", progressPath+"x", "").status)
	require.Equal(t, 400, s.call("GET", "/v2/bot/message/progress/narrowcast", "").status)
}

func TestNarrowcastFilters(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.crowd(200)
	tests := []struct {
		name, filter string
		want         int
	}{
		{"women", `{"type":"gender","oneOf":["female"]}`, 100},
		{"not women", `{"type":"operator","not":{"type":"gender","oneOf":["female"]}}`, 100},
		{"all ages from 20 to 30", `{"type":"age","gte":"age_20","lt":"age_30"}`, 50},
		{"from 30", `{"type":"age","gte":"age_30"}`, 150},
		{"Android", `{"type":"appType","oneOf":["android"]}`, 100},
		{"Tokyo or Taipei", `{"type":"area","oneOf":["jp_13","tw_01"]}`, 200},
		{"friends for less than 90 days", `{"type":"subscriptionPeriod","lt":"day_90"}`, 90},
		{"women and from 30", `{"type":"operator","and":[{"type":"gender","oneOf":["female"]},
			{"type":"age","gte":"age_30"}]}`, 75},
		{"women or from 30", `{"type":"operator","or":[{"type":"gender","oneOf":["female"]},
			{"type":"age","gte":"age_30"}]}`, 175},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := s.outcome(s.narrowcasts(`,"filter":{"demographic":` + test.filter + `}`))
			require.Equal(t, "succeeded", got.Phase)
			require.Equal(t, test.want, *got.Target)
		})
	}
	got := s.outcome(s.narrowcasts(`,"filter":{"demographic":{"type":"age","gte":"age_60"}}`))
	require.Equal(t, "failed", got.Phase)
	require.Equal(t, 2, got.Code)
	require.NotEmpty(t, got.Description)
	require.NotEmpty(t, got.Completed)
}

func TestNarrowcastRecipients(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.crowd(5)
	first, err := s.AddAudience("n0", "n1", "n2", "User A")
	require.NoError(t, err)
	second, err := s.AddAudience("n1")
	require.NoError(t, err)
	_, err = s.AddAudience("nobody")
	require.ErrorIs(t, err, ErrUnknownUser)
	audience := func(id int64) string { return fmt.Sprintf(`{"type":"audience","audienceGroupId":%d}`, id) }
	r := s.narrowcasts(`,"recipient":` + audience(first))
	got := s.outcome(r)
	require.Equal(t, 3, *got.Target, "one is no friend")
	id := r.header.Get("x-line-request-id")
	got = s.outcome(s.narrowcasts(`,"recipient":{"type":"operator","and":[
		{"type":"redelivery","requestId":"` + id + `"},{"type":"operator","not":` + audience(second) + `}]}`))
	require.Equal(t, 2, *got.Target)
	require.Len(t, s.Messages("n1"), 1)
	require.Len(t, s.Messages("n2"), 2)

	r = s.narrowcasts(`,"recipient":` + audience(7))
	require.Equal(t, 400, r.status)
	require.JSONEq(t, `{"message":"Invalid audience group id: 7"}`, r.raw)
	unknown := newUUID()
	r = s.narrowcasts(`,"recipient":{"type":"redelivery","requestId":"` + unknown + `"}`)
	require.JSONEq(t, `{"message":"Invalid request id: `+unknown+`"}`, r.raw)
	r = s.narrowcasts("")
	running := r.header.Get("x-line-request-id")
	r = s.narrowcasts(`,"recipient":{"type":"redelivery","requestId":"` + running + `"}`)
	require.Equal(t, 400, r.status, "it has not ended yet")
}

func TestNarrowcastRefusals(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	gender := `{"type":"gender","oneOf":["male"]}`
	eleven := strings.TrimSuffix(strings.Repeat(gender+",", 11), ",")
	filter := func(v string) string { return `,"filter":{"demographic":` + v + `}` }
	tests := []struct{ name, more, property string }{
		{"no operator", filter(`{"type":"operator"}`), "filter.demographic"},
		{"two operators", filter(`{"type":"operator","and":[` + gender + `],"not":` + gender + `}`), "filter.demographic"},
		{"an empty and", filter(`{"type":"operator","and":[]}`), "filter.demographic.and"},
		{"eleven", filter(`{"type":"operator","or":[` + eleven + `]}`), "filter.demographic.or[10]"},
		{"an unknown filter", filter(`{"type":"shoes"}`), "filter.demographic.type"},
		{"deep inside", filter(`{"type":"operator","not":{"type":"gender","oneOf":["x"]}}`),
			"filter.demographic.not.oneOf[0]"},
		{"no gender", filter(`{"type":"gender"}`), "filter.demographic.oneOf"},
		{"no age", filter(`{"type":"age"}`), "filter.demographic"},
		{"an age out of order", filter(`{"type":"age","gte":"age_30","lt":"age_30"}`), "filter.demographic.lt"},
		{"an age between", filter(`{"type":"age","gte":"age_31"}`), "filter.demographic.gte"},
		{"a region", filter(`{"type":"area","oneOf":["jp_48"]}`), "filter.demographic.oneOf[0]"},
		{"not is no list", filter(`{"type":"operator","not":[]}`), "filter.demographic.not"},
		{"an unknown recipient", `,"recipient":{"type":"friend"}`, "recipient.type"},
		{"max", `,"limit":{"max":0}`, "limit.max"},
		{"up to", `,"limit":{"upToRemainingQuota":"yes"}`, "limit.upToRemainingQuota"},
		{"a quote", `,"messages":[{"type":"text","text":"x","quoteToken":"y"}]`, "messages[0].quoteToken"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := s.narrowcasts(test.more)
			require.Equal(t, 400, r.status, r.raw)
			require.Equal(t, test.property, r.Details[0].Property)
		})
	}
	r := s.narrowcasts(`,"limit":{"forbidPartialDelivery":true}`)
	require.JSONEq(t, `{"message":"The option forbidPartialDelivery must be used with upToRemainingQuota."}`, r.raw)
	r = s.narrowcasts(filter(gender))
	require.Equal(t, http.StatusForbidden, r.status)
	require.JSONEq(t, `{"message":"Your account does not have enough friends"}`, r.raw)
}

func TestNarrowcastQuota(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{MonthlyLimit: 10})
	s.crowd(8)
	few, err := s.AddAudience("n0", "n1")
	require.NoError(t, err)
	audience := fmt.Sprintf(`,"recipient":{"type":"audience","audienceGroupId":%d}`, few)
	r := s.narrowcasts(audience)
	require.Equal(t, http.StatusAccepted, r.status)
	require.Equal(t, 200, push(s, s.find("n0").ID, hello).status)
	require.Equal(t, 200, push(s, s.find("n0").ID, hello).status)
	require.Equal(t, 429, push(s, s.find("n0").ID, hello).status, "all friends are reserved while it runs")
	require.Equal(t, 2, *s.outcome(r).Target)
	require.JSONEq(t, `{"totalUsage":4}`, s.call("GET", "/v2/bot/message/quota/consumption", "").raw)
	r = s.narrowcasts(audience)
	require.Equal(t, 429, r.status, "8 do not fit into 6")
	require.Equal(t, "You have reached your monthly limit.", r.Message)
	require.Equal(t, 3, *s.outcome(s.narrowcasts(`,"limit":{"max":3}`)).Target)
	got := s.outcome(s.narrowcasts(`,"limit":{"upToRemainingQuota":true,"forbidPartialDelivery":true}`))
	require.Equal(t, 5, got.Code)
	require.Equal(t, 3, *s.outcome(s.narrowcasts(`,"limit":{"upToRemainingQuota":true}`)).Target)
	require.Equal(t, 429, s.narrowcasts(`,"limit":{"upToRemainingQuota":true}`).status)
}

func TestNarrowcastRetryKey(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	do := func() result {
		return s.call("POST", "/v2/bot/message/narrowcast", `{"messages":[`+hello+`]}`,
			"X-Line-Retry-Key", "123e4567-e89b-12d3-a456-426614174000")
	}
	first := do()
	require.Equal(t, 202, first.status)
	require.Equal(t, 409, do().status)
	require.Equal(t, first.header.Get("x-line-request-id"), do().header.Get("x-line-accepted-request-id"))
}
