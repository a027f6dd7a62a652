package emulator

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// counts is the body of LINE's statistics of messages.
type counts struct {
	Overview struct {
		Delivered, UniqueImpression, UniqueClick, UniqueMediaPlayed *int
	}
	Messages []struct {
		Seq                               int
		Impression, UniqueImpression      *int
		MediaPlayed, MediaPlayed25Percent *int
	}
	Clicks []struct {
		Seq                                      int
		URL                                      string
		Click, UniqueClick, UniqueClickOfRequest *int
	}
}

func (s *stage) counts(path string) counts {
	s.t.Helper()
	r := s.call("GET", "/v2/bot/insight/message/event"+path, "")
	require.Equal(s.t, 200, r.status, r.raw)
	var c counts
	decode(s.t, r.raw, &c)
	return c
}

// shop is a message with two links.
const shop = `{"type":"template","altText":"shop","template":{"type":"buttons","text":"Shop","actions":[
	{"type":"uri","label":"Buy","uri":"https://example.com/buy"},{"type":"uri","label":"Look","uri":"https://example.com/look"}]}}`

func num(n int) *int { return &n }

// What people do with a broadcast is counted, once there are 20 of them.
func TestInteractionStatistics(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{NoRateLimits: true})
	s.crowd(30)
	r := s.call("POST", "/v2/bot/message/broadcast", `{"messages":[`+hello+`,`+shop+`,`+shop+`]}`)
	require.Equal(t, 200, r.status, r.raw)
	path := "?requestId=" + r.header.Get("x-line-request-id")
	opens := func(from, to int) {
		for i := from; i < to; i++ {
			_, err := s.Sticker(t.Context(), fmt.Sprintf("n%d", i), "1", "1")
			require.NoError(t, err)
			s.hit()
		}
	}
	clicks := func(from, to, bubble int, label string) {
		for i := from; i < to; i++ {
			name := fmt.Sprintf("n%d", i)
			for _, b := range s.Buttons(name) {
				if b.Seq == bubble && b.Label == label {
					_, err := s.Press(t.Context(), name, b, "")
					require.NoError(t, err)
				}
			}
		}
	}
	got := s.counts(path)
	require.Equal(t, num(30), got.Overview.Delivered)
	require.Nil(t, got.Overview.UniqueImpression)
	opens(0, 19)
	got = s.counts(path)
	require.Nil(t, got.Overview.UniqueImpression, "19 are too few to be told of")
	require.Empty(t, got.Messages)
	opens(5, 22)
	clicks(0, 20, 2, "Buy")
	clicks(0, 20, 2, "Buy")
	clicks(10, 25, 3, "Buy")
	clicks(0, 3, 2, "Look")
	got = s.counts(path)
	require.Equal(t, num(25), got.Overview.UniqueImpression)
	require.Equal(t, num(25), got.Overview.UniqueClick)
	require.Nil(t, got.Overview.UniqueMediaPlayed)
	require.Len(t, got.Messages, 3)
	require.Equal(t, 3, got.Messages[2].Seq)
	require.Equal(t, num(25), got.Messages[2].Impression)
	require.Nil(t, got.Messages[2].UniqueImpression)
	require.Len(t, got.Clicks, 4)
	buy, look, again := got.Clicks[0], got.Clicks[1], got.Clicks[2]
	require.Equal(t, []string{"https://example.com/buy", "https://example.com/look"}, []string{buy.URL, look.URL})
	require.Equal(t, []int{2, 2, 3}, []int{buy.Seq, look.Seq, again.Seq})
	require.Equal(t, num(40), buy.Click)
	require.Equal(t, num(20), buy.UniqueClick)
	require.Equal(t, num(25), buy.UniqueClickOfRequest, "in either bubble")
	require.Nil(t, look.Click)
	require.Nil(t, again.UniqueClick)
	require.Equal(t, num(25), again.UniqueClickOfRequest)

	s.now.advance(counted)
	clicks(25, 30, 2, "Buy")
	opens(25, 30)
	require.Equal(t, num(25), s.counts(path).Overview.UniqueClick, "nothing is counted after 14 days")
	require.Equal(t, num(25), s.counts(path).Overview.UniqueImpression)
}

func TestNarrowcastStatistics(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.crowd(25)
	path := "?requestId=" + s.narrowcasts("").header.Get("x-line-request-id")
	require.Nil(t, s.counts(path).Overview.Delivered, "it is under way")
	s.now.advance(time.Second)
	require.Equal(t, num(25), s.counts(path).Overview.Delivered)
	for i := range 25 { // a page that is open shows it
		s.call("GET", fmt.Sprintf("/?user=n%d", i), "")
	}
	require.Equal(t, num(25), s.counts(path).Overview.UniqueImpression)
	require.Nil(t, s.counts("?requestId="+newUUID()).Overview.Delivered)
}

// The messages of a unit are counted together, by the days on which they were sent.
func TestUnitStatistics(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{NoRateLimits: true})
	s.crowd(40)
	var ids []string
	for _, u := range s.Users()[2:] {
		ids = append(ids, u.ID)
	}
	multicast := func(to []string, messages, unit string) string {
		list, err := json.Marshal(to)
		require.NoError(t, err)
		r := s.call("POST", "/v2/bot/message/multicast", `{"to":`+string(list)+`,"messages":[`+messages+
			`],"customAggregationUnits":["`+unit+`"]}`)
		require.Equal(t, 200, r.status, r.raw)
		return r.header.Get("x-line-request-id")
	}
	id := multicast(ids[:25], hello, "spring")
	multicast(ids[:30], hello, "autumn")
	s.now.advance(day)
	multicast(ids[20:40], hello+","+shop, "spring")
	for _, user := range ids {
		r := s.call("POST", pushPath, `{"to":"`+user+`","messages":[`+hello+`],"customAggregationUnits":["spring"]}`)
		require.Equal(t, 200, r.status, r.raw)
	}
	for _, user := range ids {
		_, err := s.Say(t.Context(), user, "hi")
		require.NoError(t, err)
		s.hit()
	}
	of := func(unit, from, to string) counts {
		return s.counts("/aggregation?customAggregationUnit=" + unit + "&from=" + from + "&to=" + to)
	}
	got := of("spring", "20260501", "20260502")
	require.Equal(t, num(40), got.Overview.UniqueImpression)
	require.Len(t, got.Messages, 2)
	require.Equal(t, num(25+20+40), got.Messages[0].Impression)
	require.Equal(t, num(40), got.Messages[0].UniqueImpression)
	require.Equal(t, num(20), got.Messages[1].Impression)
	require.Len(t, got.Clicks, 2)
	require.Nil(t, got.Clicks[0].Click)
	require.Equal(t, num(25), of("spring", "20260501", "20260501").Overview.UniqueImpression)
	require.Equal(t, num(30), of("autumn", "20260501", "20260501").Overview.UniqueImpression)
	require.Nil(t, of("autumn", "20260502", "20260502").Overview.UniqueImpression)
	require.Nil(t, of("Spring", "20260501", "20260502").Overview.UniqueImpression, "case matters")
	require.Nil(t, s.counts("?requestId="+id).Overview.Delivered, "a multicast has no statistics by its request")
}

func TestDeliveryInsight(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.crowd(3)
	s.reply(s.says("hi"), hello)
	push(s, s.find("n0").ID, hello)
	s.narrowcasts("")
	s.call("POST", "/v2/bot/message/broadcast", `{"messages":[`+hello+`]}`)
	s.call("POST", "/v2/bot/message/multicast", `{"to":["`+s.find("n1").ID+`","`+s.find("n2").ID+`"],"messages":[`+hello+`]}`)
	s.now.advance(day)
	require.JSONEq(t, `{"status":"ready","apiBroadcast":3,"apiPush":1,"apiMulticast":2,"apiNarrowcast":3,"apiReply":1}`,
		s.call("GET", "/v2/bot/insight/message/delivery?date=20260501", "").raw)
}

// Friends are counted as they were on that day.
func TestFollowersInsight(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.crowd(3) // today, yesterday and the day before
	of := func(date, want string) {
		t.Helper()
		require.JSONEq(t, `{"status":"ready",`+want+`}`, s.call("GET", "/v2/bot/insight/followers?date="+date, "").raw)
	}
	s.now.advance(day)
	_, err := s.Follow(t.Context(), "User A")
	require.NoError(t, err)
	_, err = s.Unfollow(t.Context(), "n0")
	require.NoError(t, err)
	s.now.advance(day)
	_, err = s.Follow(t.Context(), "n0")
	require.NoError(t, err)
	s.now.advance(day)
	of("20260428", `"followers":0,"targetedReaches":0,"blocks":0`)
	of("20260430", `"followers":2,"targetedReaches":2,"blocks":0`)
	of("20260501", `"followers":3,"targetedReaches":3,"blocks":0`)
	of("20260502", `"followers":4,"targetedReaches":2,"blocks":1`)
	of("20260503", `"followers":4,"targetedReaches":3,"blocks":0`)
}

func TestDemographicInsight(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	s.crowd(19)
	get := func() (body struct {
		Available                                           bool
		Genders, Ages, Areas, AppTypes, SubscriptionPeriods []map[string]any
	}) {
		decode(t, s.call("GET", "/v2/bot/insight/demographic", "").raw, &body)
		return body
	}
	require.False(t, get().Available)
	require.Empty(t, get().Genders)
	for i, d := range []Demographic{{Age: 14}, {Age: 70}, {}} {
		_, err := s.AddUser(User{Name: fmt.Sprintf("m%d", i), Friend: true, Demographic: d,
			FriendSince: s.now.now().AddDate(-2, 0, 0)})
		require.NoError(t, err)
	}
	got := get()
	require.True(t, got.Available)
	require.Equal(t, []map[string]any{{"gender": "male", "percentage": 45.5}, {"gender": "female", "percentage": 40.9},
		{"gender": "unknown", "percentage": 13.6}}, got.Genders)
	require.Equal(t, map[string]any{"area": "台北市", "percentage": 45.5}, got.Areas[0])
	require.Equal(t, map[string]any{"area": "東京", "percentage": 40.9}, got.Areas[1])
	require.Equal(t, map[string]any{"appType": "others", "percentage": 13.6}, got.AppTypes[2])
	require.Equal(t, []map[string]any{
		{"subscriptionPeriod": "within30days", "percentage": 54.5}, {"subscriptionPeriod": "within7days", "percentage": 31.8},
		{"subscriptionPeriod": "over365days", "percentage": 13.6}}, got.SubscriptionPeriods)
	var ages []string
	for _, a := range got.Ages {
		ages = append(ages, a["age"].(string))
	}
	require.ElementsMatch(t, []string{"from20to24", "from25to29", "from30to34", "from35to39", "from0to14", "from70", "unknown"}, ages)
	require.Len(t, strings.Fields(areaNames), len(areas()))
}
