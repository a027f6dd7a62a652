package emulator

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMarkAsRead(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{ManualRead: true})
	require.Contains(t, s.call("GET", "/v2/bot/info", "").raw, `"chatMode":"chat"`)
	var tokens []string
	for _, text := range []string{"one", "two", "three"} {
		_, err := s.Say(t.Context(), "User A", text)
		require.NoError(t, err)
		tokens = append(tokens, s.hit().event.Message["markAsReadToken"].(string))
	}
	read := func() (list []bool) {
		for _, m := range s.Messages("User A") {
			list = append(list, m.Read)
		}
		return list
	}
	mark := func(token string) result {
		return s.call("POST", "/v2/bot/chat/markAsRead", `{"markAsReadToken":"`+token+`"}`)
	}
	require.Equal(t, []bool{false, false, false}, read())
	require.NotContains(t, s.call("GET", "/", "").raw, "Read ")
	require.JSONEq(t, `{}`, mark(tokens[1]).raw)
	require.Equal(t, []bool{true, true, false}, read())
	require.Contains(t, s.call("GET", "/", "").raw, "Read 12:00")
	require.Equal(t, 200, mark(tokens[0]).status, "tokens work again and do not expire")
	r := mark("x")
	require.Equal(t, 400, r.status)
	require.JSONEq(t, `{"message":"Invalid markAsReadToken. Tokens must be used by the bot that `+
		`received them via Webhook."}`, r.raw)
	const old = "/v2/bot/message/markAsRead"
	require.JSONEq(t, `{}`, s.call("POST", old, `{"chat":{"userId":"`+s.user()+`"}}`).raw)
	require.Equal(t, []bool{true, true, true}, read())
	require.Equal(t, 400, s.call("POST", old, `{"chat":{"userId":"x"}}`).status)
	require.Equal(t, "chat", s.call("POST", old, `{}`).Details[0].Property)
}

func TestLoadingNeedsAFriend(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.says("hi")
	require.Equal(t, 202, s.call("POST", "/v2/bot/chat/loading/start", `{"chatId":"`+s.user()+`"}`).status)
	change := s.page()
	require.Zero(t, change.Loading)
}

func TestAccountLink(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	ctx := t.Context()
	issue := func() string {
		t.Helper()
		r := s.call("POST", "/v2/bot/user/"+s.user()+"/linkToken", "", "Content-Type", "")
		require.Equal(t, 200, r.status, r.raw)
		var body struct{ LinkToken string }
		decode(t, r.raw, &body)
		require.Len(t, body.LinkToken, 32)
		return body.LinkToken
	}
	token := issue()
	d, err := s.LinkAccount(ctx, "User A", token, "nonce-of-the-site")
	require.NoError(t, err)
	require.NotEmpty(t, d.ReplyToken)
	h := s.hit()
	require.Equal(t, "accountLink", h.event.Type)
	require.JSONEq(t, `{"result":"ok","nonce":"nonce-of-the-site"}`, string(h.raw(t, "link")))
	_, err = s.LinkAccount(ctx, "User A", token, "nonce-of-the-site")
	require.ErrorIs(t, err, ErrBadInput, "a token works once")

	d, err = s.LinkAccount(ctx, "User B", issue(), "nonce-of-the-site")
	require.NoError(t, err)
	require.Empty(t, d.ReplyToken)
	h = s.hit()
	require.JSONEq(t, `{"result":"failed","nonce":"nonce-of-the-site"}`, string(h.raw(t, "link")))
	require.Nil(t, h.raw(t, "source"))
	require.Equal(t, "accountLink", h.event.Type)

	token = issue()
	s.now.advance(linkTokenLife)
	_, err = s.LinkAccount(ctx, "User A", token, "nonce-of-the-site")
	require.ErrorIs(t, err, ErrBadInput, "expired")
	for _, nonce := range []string{"too short", strings.Repeat("x", 256)} {
		_, err = s.LinkAccount(ctx, "User A", issue(), nonce)
		require.ErrorIs(t, err, ErrBadInput)
	}
	_, err = s.LinkAccount(ctx, "nobody", issue(), "nonce-of-the-site")
	require.ErrorIs(t, err, ErrUnknownUser)
	require.Equal(t, 400, s.call("POST", "/v2/bot/user/x/linkToken", "").status)
	require.Equal(t, 404, s.call("POST", "/v2/bot/user/"+stranger+"/linkToken", "").status)
	require.Empty(t, s.hits)

	token = issue()
	page := s.call("GET", "/dialog/bot/accountLink?linkToken="+token+"&nonce=%3Cb%3E1234567890", "").raw
	require.Contains(t, page, `value="`+token+`"`)
	require.Contains(t, page, "&lt;b&gt;1234567890")
	require.Equal(t, http.StatusNoContent, s.acts("link",
		url.Values{"linkToken": {token}, "nonce": {"1234567890"}}).status)
	require.Equal(t, "accountLink", s.hit().event.Type)
}

func TestMemberships(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.follows()
	ctx := t.Context()
	const path = "/v2/bot/membership/"
	r := s.call("GET", path+"list", "")
	require.Equal(t, 404, r.status)
	require.JSONEq(t, `{"message":"Membership plan not found"}`, r.raw)
	m, err := s.AddMembership(Membership{Title: "Basic", Description: "All", Benefits: []string{"Photos"}, Price: 500})
	require.NoError(t, err)
	require.Equal(t, 404, s.call("GET", path+"subscription/"+s.user(), "").status)
	_, err = s.Subscribe(ctx, "User A", m.ID)
	require.NoError(t, err)
	require.JSONEq(t, `{"type":"joined","membershipId":3001}`, string(s.hit().raw(t, "membership")))
	require.JSONEq(t, `{"memberships":[{"membershipId":3001,"title":"Basic","description":"All",
		"benefits":["Photos"],"price":500,"currency":"JPY","memberCount":1,"memberLimit":null,
		"isInAppPurchase":true,"isPublished":true}]}`, s.call("GET", path+"list", "").raw)
	s.now.advance(40 * 24 * time.Hour)
	require.JSONEq(t, `{"subscriptions":[{"membership":{"membershipId":3001,"title":"Basic",
		"description":"All","benefits":["Photos"],"price":500,"currency":"JPY"},"user":{"membershipNo":1,
		"joinedTime":1777636800,"nextBillingDate":"2026-07-01","totalSubscriptionMonths":2}}]}`,
		s.call("GET", path+"subscription/"+s.user(), "").raw)
	require.JSONEq(t, `{"userIds":["`+s.user()+`"]}`, s.call("GET", path+"3001/users/ids", "").raw)
	r = s.call("GET", path+"1/users/ids", "")
	require.Equal(t, 404, r.status)
	require.JSONEq(t, `{"message":"Membership ID is not found"}`, r.raw)
	require.Equal(t, 400, s.call("GET", path+"3001/users/ids?limit=0", "").status)
	require.Equal(t, 400, s.call("GET", path+"3001/users/ids?start=x", "").status)
	require.Equal(t, 400, s.call("GET", path+"subscription/x", "").status)
	_, err = s.Subscribe(ctx, "User A", m.ID)
	require.NoError(t, err)
	require.JSONEq(t, `{"type":"renewed","membershipId":3001}`, string(s.hit().raw(t, "membership")))
	_, err = s.Unsubscribe(ctx, "User A", m.ID)
	require.NoError(t, err)
	require.JSONEq(t, `{"type":"left","membershipId":3001}`, string(s.hit().raw(t, "membership")))
	d, err := s.Unsubscribe(ctx, "User A", m.ID)
	require.NoError(t, err)
	require.Empty(t, d.EventID)
	_, err = s.AddUser(User{Name: "Shy", Hidden: true})
	require.NoError(t, err)
	d, err = s.Subscribe(ctx, "Shy", m.ID)
	require.NoError(t, err)
	require.Empty(t, d.EventID, "no event names who has not agreed")
	_, err = s.Subscribe(ctx, "User A", 1)
	require.ErrorIs(t, err, ErrBadInput)
	_, err = s.Subscribe(ctx, "nobody", m.ID)
	require.ErrorIs(t, err, ErrUnknownUser)
	_, err = s.AddMembership(Membership{ID: m.ID})
	require.ErrorIs(t, err, ErrBadInput)
}

const aCoupon = `{"title":"Friends","reward":{"type":"discount","priceInfo":{"type":"fixed","fixedAmount":100}},` +
	`"acquisitionCondition":{"type":"normal"},"startTimestamp":0,"endTimestamp":1924959599,` +
	`"timezone":"ASIA_TOKYO","visibility":"UNLISTED","maxUseCountPerTicket":1}`

func TestCoupons(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	create := func() string {
		r := s.call("POST", "/v2/bot/coupon", aCoupon)
		require.Equal(t, 200, r.status, r.raw)
		var body struct{ CouponID string }
		decode(t, r.raw, &body)
		require.Len(t, body.CouponID, 26)
		return body.CouponID
	}
	require.JSONEq(t, `{"items":[]}`, s.call("GET", "/v2/bot/coupon", "").raw)
	first, second := create(), create()
	require.Contains(t, s.call("GET", "/v2/bot/coupon/"+first, "").raw, `"status":"RUNNING"`)
	require.JSONEq(t, `{}`, s.call("PUT", "/v2/bot/coupon/"+first+"/close", "").raw)
	r := s.call("PUT", "/v2/bot/coupon/"+first+"/close", "")
	require.Equal(t, http.StatusGone, r.status)
	require.JSONEq(t, `{"message":"The request body has 1 error(s)","details":[
		{"message":"The coupon has already been closed.","property":""}]}`, r.raw)
	require.JSONEq(t, `{"items":[{"couponId":"`+second+`","title":"Friends"}]}`,
		s.call("GET", "/v2/bot/coupon?status=RUNNING&status=DRAFT", "").raw)
	require.JSONEq(t, `{"items":[{"couponId":"`+first+`","title":"Friends"}]}`,
		s.call("GET", "/v2/bot/coupon?status=CLOSED", "").raw)
	require.Contains(t, s.call("GET", "/v2/bot/coupon?limit=1", "").raw, `"next"`)
	for _, method := range []string{"GET", "PUT"} {
		path := "/v2/bot/coupon/x"
		if method == "PUT" {
			path += "/close"
		}
		r = s.call(method, path, "")
		require.Equal(t, 404, r.status)
		require.JSONEq(t, `{"message":"The request body has 1 error(s)","details":[
			{"message":"coupon not found","property":""}]}`, r.raw)
	}
	for query, detail := range map[string]string{
		"limit=101": `{"message":"Must be less than or equal to 100","property":"limit"}`,
		"status=x":  `{"message":"Must be one of the following values: [DRAFT,RUNNING,CLOSED]","property":"status"}`,
	} {
		r = s.call("GET", "/v2/bot/coupon?"+query, "")
		require.JSONEq(t, `{"message":"The request body has 1 error(s)","details":[`+detail+`]}`, r.raw)
	}
	require.Equal(t, 400, s.call("GET", "/v2/bot/coupon?limit=0", "").status)
	require.Equal(t, 400, s.call("GET", "/v2/bot/coupon?start=x", "").status)
}

func TestCouponChecks(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	tests := []struct{ name, old, new, property string }{
		{"a lottery", `{"type":"normal"}`, `{"type":"lottery","lotteryProbability":50,"maxAcquireCount":-1}`, ""},
		{"a percentage", `"type":"fixed","fixedAmount":100`, `"type":"percentage","percentage":99`, ""},
		{"two prices", `"type":"fixed","fixedAmount":100`, `"type":"explicit","originalPrice":2,"priceAfterDiscount":1`, ""},
		{"a gift", `"discount","priceInfo":{"type":"fixed","fixedAmount":100}`, `"gift"`, ""},
		{"a long title", `"Friends"`, `"` + a(61) + `"`, "title"},
		{"an unknown reward", `"discount"`, `"x"`, "reward.type"},
		{"no price", `,"priceInfo":{"type":"fixed","fixedAmount":100}`, ``, "reward.priceInfo"},
		{"cash back with two prices", `"discount","priceInfo":{"type":"fixed"`, `"cashBack","priceInfo":{"type":"explicit"`,
			"reward.priceInfo.type"},
		{"a price of another kind", `"fixedAmount":100`, `"fixedAmount":100,"percentage":5`, "reward.priceInfo.percentage"},
		{"a percentage of 100", `"type":"fixed","fixedAmount":100`, `"type":"percentage","percentage":100`,
			"reward.priceInfo.percentage"},
		{"a lottery without chances", `"normal"`, `"lottery"`, "acquisitionCondition.lotteryProbability"},
		{"over already", `1924959599`, `1`, "endTimestamp"},
		{"no start", `"startTimestamp":0,`, ``, "startTimestamp"},
		{"used twice", `"maxUseCountPerTicket":1`, `"maxUseCountPerTicket":2`, "maxUseCountPerTicket"},
		{"invisible", `"UNLISTED"`, `"x"`, "visibility"},
		{"no condition", `"acquisitionCondition":{"type":"normal"},`, ``, "acquisitionCondition"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Contains(t, aCoupon, test.old)
			r := s.call("POST", "/v2/bot/coupon", strings.Replace(aCoupon, test.old, test.new, 1))
			if test.property == "" {
				require.Equal(t, 200, r.status, r.raw)
				return
			}
			require.Equal(t, 400, r.status)
			require.Equal(t, test.property, r.Details[0].Property)
		})
	}
	require.Equal(t, 400, s.call("POST", "/v2/bot/coupon", "x").status)
}

func TestInsights(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.follows()
	_, err := s.Unfollow(t.Context(), "User B")
	require.NoError(t, err)
	s.hit()
	id := s.makesMenu("")
	narrow := s.narrowcasts("").header.Get("x-line-request-id")
	const none = `"uniqueImpression":null,"uniqueClick":null,"uniqueMediaPlayed":null,"uniqueMediaPlayed100Percent":null`
	tests := []struct {
		path   string
		status int
		body   string
	}{
		{"demographic", 200, `{"available":false,"genders":[],"ages":[],"areas":[],"appTypes":[],"subscriptionPeriods":[]}`},
		{"message/delivery?date=20260501", 200, `{"status":"unready"}`},
		{"message/delivery?date=20170228", 200, `{"status":"out_of_service"}`},
		{"message/delivery?date=x", 400, `{"message":"Bad Request"}`},
		{"followers?date=20260430", 200, `{"status":"ready","followers":0,"targetedReaches":0,"blocks":0}`},
		{"followers?date=20260501", 200, `{"status":"unready","followers":null,"targetedReaches":null,"blocks":null}`},
		{"followers?date=20161031", 200, `{"status":"out_of_service","followers":null,"targetedReaches":null,"blocks":null}`},
		{"followers", 400, `{"message":"date is required"}`},
		{"followers?date=x", 400, `{"message":"Bad Request"}`},
		{"message/event?requestId=x", 400, `{"message":"Bad Request"}`},
		{"message/event?requestId=" + narrow, 200, `{"overview":{"requestId":"` + narrow +
			`","timestamp":1777636800,"delivered":null,` + none + `},"messages":[],"clicks":[]}`},
		{"message/event/aggregation?customAggregationUnit=a&from=20260401&to=20260501", 200,
			`{"overview":{` + none + `},"messages":[],"clicks":[]}`},
		{"message/event/aggregation?customAggregationUnit=a&from=20260401&to=20260502", 400,
			`{"message":null,"key":null,"stacktrace":null,"code":null}`},
		{"richmenu/" + id + "/summary?from=20260401&to=20260401", 200, `{"richMenuId":"` + id + `"}`},
		{"richmenu/" + id + "/daily?from=20260401&to=20260401", 200, `{"richMenuId":"` + id + `"}`},
		{"richmenu/x/daily?from=20260401&to=20260401", 404, `{"message":"Not found"}`},
		{"richmenu/" + id + "/summary", 400, `{"message":"Bad Request"}`},
		{"richmenu/" + id + "/summary?from=20260402&to=20260401", 400,
			`{"message":"Parameter to must be the same date as, or after parameter from."}`},
		{"richmenu/" + id + "/summary?from=20250101&to=20260401", 400,
			`{"message":"Date range exceeds. Max range is 396 days."}`},
		{"richmenu/" + id + "/summary?from=20230430&to=20230501", 400,
			`{"message":"Parameter from must be the same date as, or after 2023-05-01."}`},
	}
	for _, test := range tests {
		t.Run(test.path, func(t *testing.T) {
			r := s.call("GET", "/v2/bot/insight/"+test.path, "")
			require.Equal(t, test.status, r.status)
			require.JSONEq(t, test.body, r.raw)
		})
	}
}
