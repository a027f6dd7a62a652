package emulator

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestQuota(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{MonthlyLimit: 4})
	require.JSONEq(t, `{"type":"limited","value":4}`, s.call("GET", "/v2/bot/message/quota", "").raw)
	used := func(n int) {
		t.Helper()
		require.JSONEq(t, `{"totalUsage":`+strconv.Itoa(n)+`}`,
			s.call("GET", "/v2/bot/message/quota/consumption", "").raw)
	}
	g := s.friends()
	used(0)
	push(s, s.user(), hello)
	used(0) // a stranger is not reached
	token := s.says("hi")
	push(s, s.user(), hello+","+hello)
	used(1) // people count, not messages
	require.Equal(t, 200, push(s, g.ID, hello).status)
	used(3) // two members
	r := push(s, g.ID, hello, "X-Line-Retry-Key", "123e4567-e89b-12d3-a456-426614174000")
	require.Equal(t, http.StatusTooManyRequests, r.status)
	require.JSONEq(t, `{"message":"You have reached your monthly limit."}`, r.raw)
	require.Empty(t, r.header.Get("Retry-After"), "LINE documents none")
	require.Len(t, s.Messages(g.ID), 1, "nothing is shown")
	used(3)
	require.Equal(t, 200, push(s, s.user(), hello).status, "one fits")
	require.Equal(t, 429, push(s, s.user(), hello).status)
	require.Equal(t, 200, s.reply(token, hello).status, "replies are free")
	used(4)
	s.now.advance(30*24*time.Hour + 3*time.Hour) // June has begun in Japan, but not in UTC
	used(0)
	require.Equal(t, 200, push(s, g.ID, hello,
		"X-Line-Retry-Key", "123e4567-e89b-12d3-a456-426614174000").status, "a refusal uses no key up")
	require.JSONEq(t, `{"type":"none"}`, newStage(t, nil).call("GET", "/v2/bot/message/quota", "").raw)
}

func TestDeliveryCounts(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	token := s.says("hi")
	s.reply(token, hello)
	push(s, s.user(), hello)
	push(s, s.user(), hello)
	// The clock stands at 12:00 UTC on 1 May, which is 21:00 in Japan.
	count := func(kind, date string) string {
		return s.call("GET", "/v2/bot/message/delivery/"+kind+"?date="+date, "").raw
	}
	require.JSONEq(t, `{"status":"unready"}`, count("push", "20260501"))
	s.now.advance(3 * time.Hour)
	require.JSONEq(t, `{"status":"ready","success":2}`, count("push", "20260501"))
	require.JSONEq(t, `{"status":"ready","success":1}`, count("reply", "20260501"))
	push(s, s.user(), hello) // on 2 May in Japan
	s.now.advance(24 * time.Hour)
	require.JSONEq(t, `{"status":"ready","success":1}`, count("push", "20260502"))
	require.JSONEq(t, `{"status":"ready","success":0}`, count("multicast", "20260430"))
	require.JSONEq(t, `{"status":"out_of_service"}`, count("broadcast", "20180330"))
	require.JSONEq(t, `{"status":"unavailable_for_privacy"}`, count("pnp", "20260501"))
	for _, date := range []string{"", "2026-05-01", "20261301", "x"} {
		require.JSONEq(t, `{"message":"The value for the 'date' parameter is invalid"}`, count("push", date))
	}
}

func TestUnits(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{NoRateLimits: true})
	with := func(unit string) {
		t.Helper()
		r := s.call("POST", pushPath, `{"to":"`+s.user()+`","messages":[`+hello+`],
			"customAggregationUnits":["`+unit+`"]}`)
		require.Equal(t, 200, r.status, r.raw)
	}
	with("a")
	with("A")
	with("a")
	count := func() string { return s.call("GET", "/v2/bot/message/aggregation/info", "").raw }
	require.JSONEq(t, `{"numOfCustomAggregationUnits":2}`, count())
	require.JSONEq(t, `{"customAggregationUnits":["a","A"]}`,
		s.call("GET", "/v2/bot/message/aggregation/list", "").raw)
	var page struct {
		Next                   string
		CustomAggregationUnits []string
	}
	decode(t, s.call("GET", "/v2/bot/message/aggregation/list?limit=1", "").raw, &page)
	require.Equal(t, []string{"a"}, page.CustomAggregationUnits)
	require.JSONEq(t, `{"customAggregationUnits":["A"]}`,
		s.call("GET", "/v2/bot/message/aggregation/list?start="+page.Next, "").raw)
	require.Equal(t, "Invalid start param",
		s.call("GET", "/v2/bot/message/aggregation/list?start=x", "").Message)
	require.Equal(t, 400, s.call("GET", "/v2/bot/message/aggregation/list?limit=101", "").status)
	for i := range maxUnits {
		with("u" + strconv.Itoa(i))
	}
	require.JSONEq(t, `{"numOfCustomAggregationUnits":1000}`, count(), "the 1001st is not assigned")
	s.now.advance(31 * 24 * time.Hour)
	require.JSONEq(t, `{"numOfCustomAggregationUnits":0}`, count())
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	broadcast := func() result {
		return s.call("POST", "/v2/bot/message/broadcast", `{"messages":[`+hello+`]}`)
	}
	for range 60 {
		require.Equal(t, 200, broadcast().status)
	}
	r := broadcast()
	require.Equal(t, http.StatusTooManyRequests, r.status)
	require.JSONEq(t, `{"message":"The API rate limit has been exceeded. Try again later."}`, r.raw)
	require.Empty(t, r.header.Get("Retry-After"), "LINE documents none")
	require.Equal(t, 200, push(s, s.user(), hello).status, "other endpoints have limits of their own")
	require.Equal(t, 200,
		s.call("POST", "/v2/bot/message/validate/broadcast", `{"messages":[`+hello+`]}`).status)
	s.now.advance(time.Minute - 1)
	require.Equal(t, 429, broadcast().status)
	s.now.advance(1)
	require.Equal(t, 200, broadcast().status, "the bucket fills up evenly")
	require.Equal(t, 429, broadcast().status)
	s.now.advance(24 * time.Hour)
	for range 60 {
		require.Equal(t, 200, broadcast().status)
	}
	require.Equal(t, 429, broadcast().status, "it holds no more than an hour's calls")

	s = newStage(t, &Options{NoRateLimits: true})
	for range 61 {
		require.Equal(t, 200, broadcast().status)
	}
}

// What LINE's reference says of limits is what the table of endpoints holds.
func TestRatesAreThoseOfTheReference(t *testing.T) {
	t.Parallel()
	p := New(secret, token, nil)
	want := map[string]rate{
		"POST /v2/bot/message/multicast":                    {200, time.Second},
		"POST /v2/bot/message/broadcast":                    {60, time.Hour},
		"POST /v2/bot/message/narrowcast":                   {60, time.Hour},
		"POST /v2/bot/richmenu":                             {100, time.Hour},
		"DELETE /v2/bot/richmenu/{richMenuId}":              {100, time.Hour},
		"DELETE /v2/bot/richmenu/alias/{richMenuAliasId}":   {100, time.Hour},
		"GET /v2/bot/richmenu/progress/batch":               {100, time.Hour},
		"POST /v2/bot/richmenu/batch":                       {3, time.Hour},
		"GET /v2/bot/richmenu/list":                         {10, time.Second},
		"GET /v2/bot/channel/webhook/endpoint":              {1000, time.Minute},
		"PUT /v2/bot/channel/webhook/endpoint":              {1000, time.Minute},
		"POST /v2/bot/channel/webhook/test":                 {60, time.Hour},
		"GET /v2/bot/membership/list":                       {200, time.Second},
		"GET /v2/bot/membership/subscription/{userId}":      {200, time.Second},
		"GET /v2/bot/coupon":                                {200, time.Second},
		"POST /v2/bot/coupon":                               {200, time.Second},
		"GET /v2/bot/coupon/{couponId}":                     {200, time.Second},
		"PUT /v2/bot/coupon/{couponId}/close":               {200, time.Second},
		"GET /v2/bot/insight/demographic":                   {60, time.Hour},
		"GET /v2/bot/insight/message/delivery":              {60, time.Hour},
		"GET /v2/bot/insight/followers":                     {60, time.Hour},
		"GET /v2/bot/insight/message/event":                 {60, time.Hour},
		"GET /v2/bot/insight/message/event/aggregation":     {60, time.Hour},
		"GET /v2/bot/insight/richmenu/{richMenuId}/summary": {60, time.Hour},
		"GET /v2/bot/insight/richmenu/{richMenuId}/daily":   {60, time.Hour},
		"POST /v2/oauth/accessToken":                        {370, time.Second},
		"POST /v2/bot/chat/loading/start":                   {100, time.Second},
	}
	for _, call := range []string{
		"POST upload", "PUT upload", "POST upload/byFile", "PUT upload/byFile", "POST click", "POST imp",
		"PUT {audienceGroupId}/updateDescription", "DELETE {audienceGroupId}", "GET {audienceGroupId}", "GET list",
	} {
		want[strings.Replace(call, " ", " "+groups, 1)] = rate{60, time.Minute}
	}
	for _, e := range p.endpoints() {
		require.Equal(t, want[e.method+" "+e.path], e.rate, e.path)
	}
}
