package emulator

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// friends makes a group of both users, with the bot in it.
func (s *stage) friends() Group {
	s.t.Helper()
	g, err := s.AddGroup(Group{Name: "Friends", Picture: "https://example.com/g.png"}, "User A", "User B")
	require.NoError(s.t, err)
	_, err = s.Invite(s.t.Context(), "Friends")
	require.NoError(s.t, err)
	s.hit()
	return g
}

func TestAddUserAndGroup(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	u, err := s.AddUser(User{Name: "Carol", Language: "ja", Friend: true})
	require.NoError(t, err)
	require.Regexp(t, userID, u.ID)
	require.Equal(t, u, s.Users()[2])
	for _, bad := range []User{{}, {Name: "Carol"}, {Name: "Dan", ID: u.ID}, {Name: "Dan", ID: "U1"}} {
		_, err = s.AddUser(bad)
		require.ErrorIs(t, err, ErrBadInput)
	}
	g, err := s.AddGroup(Group{Name: "Team"}, "Carol", "Carol", "User A")
	require.NoError(t, err)
	require.Regexp(t, `^C[0-9a-f]{32}$`, g.ID)
	room, err := s.AddGroup(Group{Name: "Old", Room: true}, "Carol")
	require.NoError(t, err)
	require.Regexp(t, `^R[0-9a-f]{32}$`, room.ID)
	for _, bad := range []Group{{}, {Name: "Team"}, {Name: "Carol"}, {Name: "X", ID: room.ID},
		{Name: "X", ID: "R00000000000000000000000000000000"}} {
		_, err = s.AddGroup(bad)
		require.ErrorIs(t, err, ErrBadInput)
	}
	_, err = s.AddGroup(Group{Name: "Nobody's"}, "nobody")
	require.ErrorIs(t, err, ErrUnknownUser)
}

func TestGroupEvents(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	ctx := t.Context()
	g, err := s.AddGroup(Group{Name: "Friends"}, "User A", "User B")
	require.NoError(t, err)
	d, err := s.Say(ctx, "Friends/User A", "is anyone here?")
	require.NoError(t, err)
	require.Empty(t, d.EventID, "the bot is not in the group")

	d, err = s.Invite(ctx, "Friends")
	require.NoError(t, err)
	require.NotEmpty(t, d.ReplyToken)
	h := s.hit()
	require.Equal(t, "join", h.event.Type)
	require.Equal(t, "group", h.event.Source.Type)
	require.Equal(t, g.ID, h.event.Source.GroupID)
	require.Empty(t, h.event.Source.UserID)
	d, err = s.Invite(ctx, "Friends")
	require.NoError(t, err)
	require.Empty(t, d.EventID, "it is in already")

	d, err = s.Say(ctx, "Friends/User B", "hi")
	require.NoError(t, err)
	h = s.hit()
	require.Equal(t, g.ID, h.event.Source.GroupID)
	require.Equal(t, s.Users()[1].ID, h.event.Source.UserID)
	require.Equal(t, http.StatusOK, s.reply(d.ReplyToken, hello).status)
	all := s.Messages("Friends")
	require.Len(t, all, 3)
	require.Equal(t, s.Users()[1].ID, all[1].Author)
	require.Equal(t, FromBot, all[2].From)
	require.Empty(t, s.Messages("User B"), "what is said in a group stays there")
	m, err := s.Next(ctx, "Friends/User A", 0)
	require.NoError(t, err)
	require.Equal(t, all[2], m)

	carol, err := s.AddUser(User{Name: "Carol"})
	require.NoError(t, err)
	_, err = s.Say(ctx, "Friends/Carol", "hi")
	require.ErrorIs(t, err, ErrUnknownUser, "not a member")
	_, err = s.Say(ctx, "Friends", "hi")
	require.ErrorIs(t, err, ErrUnknownUser, "nobody says it")
	d, err = s.Join(ctx, "Friends", "Carol", "User A")
	require.NoError(t, err)
	require.NotEmpty(t, d.ReplyToken)
	h = s.hit()
	require.Equal(t, "memberJoined", h.event.Type)
	require.Len(t, h.event.Joined.Members, 1)
	require.Equal(t, carol.ID, h.event.Joined.Members[0].UserID)
	d, err = s.Leave(ctx, "Friends", "Carol")
	require.NoError(t, err)
	require.Empty(t, d.ReplyToken)
	h = s.hit()
	require.Equal(t, "memberLeft", h.event.Type)
	require.Equal(t, carol.ID, h.event.Left.Members[0].UserID)
	d, err = s.Leave(ctx, "Friends", "Carol")
	require.NoError(t, err)
	require.Empty(t, d.EventID)

	d, err = s.Remove(ctx, "Friends")
	require.NoError(t, err)
	require.Empty(t, d.ReplyToken)
	require.Equal(t, "leave", s.hit().event.Type)
	for _, f := range []func(context.Context, string) (Delivery, error){s.Invite, s.Remove} {
		_, err = f(ctx, "nowhere")
		require.ErrorIs(t, err, ErrUnknownUser)
	}
	_, err = s.Join(ctx, "Friends", "nobody")
	require.ErrorIs(t, err, ErrUnknownUser)
	require.Empty(t, s.hits)
}

func TestRoom(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	room, err := s.AddGroup(Group{Name: "Old", Room: true}, "User A")
	require.NoError(t, err)
	_, err = s.Invite(t.Context(), room.ID)
	require.NoError(t, err)
	h := s.hit()
	require.Equal(t, "room", h.event.Source.Type)
	require.Equal(t, room.ID, h.event.Source.RoomID)
	path := "/v2/bot/room/" + room.ID
	require.JSONEq(t, `{"count":1}`, s.call("GET", path+"/members/count", "").raw)
	require.Equal(t, 404, s.call("GET", path+"/summary", "").status)
	require.Equal(t, 400, s.call("GET", "/v2/bot/group/"+room.ID+"/members/count", "").status)
	require.Equal(t, 200, push(s, room.ID, hello).status)
	for range 2 {
		require.Equal(t, 200, s.call("POST", path+"/leave", "").status, "leaving twice is no error")
	}
	require.Equal(t, "leave", s.hit().event.Type)
	require.Equal(t, "The value for the 'roomId' parameter is invalid",
		s.call("GET", "/v2/bot/room/x/members/count", "").Message)
}

func TestButtonsInAGroup(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	g := s.friends()
	require.Equal(t, http.StatusOK, push(s, g.ID, sure).status)
	d, err := s.Tap(t.Context(), "Friends/User B", "Yes")
	require.NoError(t, err)
	require.NotEmpty(t, d.ReplyToken)
	h := s.hit()
	require.Equal(t, "yes", h.event.Postback.Data)
	require.Equal(t, g.ID, h.event.Source.GroupID)
	require.Equal(t, s.Users()[1].ID, h.event.Source.UserID)
	_, err = s.Tap(t.Context(), "Friends", "Yes")
	require.ErrorIs(t, err, ErrUnknownUser)
	require.Len(t, s.Buttons("Friends"), 2)
}

func TestMentions(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{Users: []string{"Ann", "Anna", "Hid"}})
	_, err := s.AddUser(User{Name: "Shy", Hidden: true})
	require.NoError(t, err)
	_, err = s.AddGroup(Group{Name: "G"}, "Ann", "Anna", "Shy")
	require.NoError(t, err)
	_, err = s.Invite(t.Context(), "G")
	require.NoError(t, err)
	s.hit()
	_, err = s.Say(t.Context(), "G/Ann", "🍎 @Bot and @Anna, @Shy, @Hid @All")
	require.NoError(t, err)
	mention := s.hit().event.Message["mention"].(map[string]any)
	require.Equal(t, []any{
		map[string]any{"index": 3.0, "length": 4.0, "type": "user", "userId": s.Platform.bot.ID, "isSelf": true},
		map[string]any{"index": 12.0, "length": 5.0, "type": "user", "userId": s.Users()[1].ID, "isSelf": false},
		map[string]any{"index": 19.0, "length": 4.0, "type": "user", "isSelf": false},
		map[string]any{"index": 30.0, "length": 4.0, "type": "all"},
	}, mention["mentionees"])
	_, err = s.Say(t.Context(), "Ann", "@Bot")
	require.NoError(t, err)
	require.Nil(t, s.hit().event.Message["mention"], "in a chat of two nobody is mentioned")
	_, err = s.Say(t.Context(), "G/Shy", "hi")
	require.NoError(t, err)
	require.Empty(t, s.hit().event.Source.UserID)
	require.Equal(t, 404, s.call("GET", "/v2/bot/profile/"+s.Users()[3].ID, "").status)
}

func TestQuotes(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	g := s.friends()
	_, err := s.Say(t.Context(), "Friends/User A", "first")
	require.NoError(t, err)
	quote := s.hit().event.Message["quoteToken"].(string)
	said := func(token string) string { return `{"type":"text","text":"x","quoteToken":"` + token + `"}` }
	require.Equal(t, 200, push(s, g.ID, said(quote)).status)
	require.Equal(t, 400, push(s, g.ID, said("x")).status)
	require.Equal(t, 400, push(s, s.user(), said(quote)).status, "of another chat")
	all := s.Messages("Friends")
	_, err = s.Quote(t.Context(), "Friends/User B", all[1].ID, "again")
	require.NoError(t, err)
	require.Equal(t, all[1].ID, s.hit().event.Message["quotedMessageId"])
	_, err = s.Quote(t.Context(), "Friends/User B", "1", "again")
	require.ErrorIs(t, err, ErrBadInput)
	_, err = s.Quote(t.Context(), "nobody", "1", "again")
	require.ErrorIs(t, err, ErrUnknownUser)
}

func TestMentionsByTheBot(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	g := s.friends()
	mention := func(who string) string {
		return `{"type":"textV2","text":"{m} hi","substitution":{"m":{"type":"mention","mentionee":` + who + `}}}`
	}
	require.Equal(t, 200, push(s, g.ID, mention(`{"type":"all"}`)).status)
	require.Equal(t, 200, push(s, g.ID, mention(`{"type":"user","userId":"`+s.user()+`"}`)).status)
	require.Equal(t, 400, push(s, g.ID, mention(`{"type":"user","userId":"U1"}`)).status)
	r := push(s, s.user(), mention(`{"type":"all"}`))
	require.Equal(t, 400, r.status)
	require.Equal(t, "messages[0].substitution.m", r.Details[0].Property)
}

func TestGroupAPI(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	g := s.friends()
	path := "/v2/bot/group/" + g.ID
	require.JSONEq(t, `{"groupId":"`+g.ID+`","groupName":"Friends","pictureUrl":"https://example.com/g.png"}`,
		s.call("GET", path+"/summary", "").raw)
	require.JSONEq(t, `{"count":2}`, s.call("GET", path+"/members/count", "").raw)
	require.JSONEq(t, `{"memberIds":["`+s.user()+`","`+s.Users()[1].ID+`"]}`,
		s.call("GET", path+"/members/ids", "").raw)
	require.JSONEq(t, `{"userId":"`+s.user()+`","displayName":"User A"}`,
		s.call("GET", path+"/member/"+s.user(), "").raw, "neither language nor status")
	_, err := s.AddUser(User{Name: "Carol", ID: "U11111111111111111111111111111111"})
	require.NoError(t, err)
	tests := []struct {
		name, method, path string
		status             int
		message            string
	}{
		{"a malformed group", "GET", "/v2/bot/group/x/summary", 400, "The value for the 'groupId' parameter is invalid"},
		{"an unknown group", "GET", "/v2/bot/group/C00000000000000000000000000000000/summary", 404, "Not found"},
		{"a malformed member", "GET", path + "/member/x", 400, "The value for the 'userId' parameter is invalid"},
		{"an unknown member", "GET", path + "/member/U00000000000000000000000000000000", 404, "Not found"},
		{"not a member", "GET", path + "/member/U11111111111111111111111111111111", 404, "Not found"},
		{"a wrong start", "GET", path + "/members/ids?start=x", 400, "Invalid start param"},
		{"leave", "POST", path + "/leave", 200, ""},
		{"leave again", "POST", path + "/leave", 404, "Not found"},
		{"summary after", "GET", path + "/summary", 404, "Not found"},
		{"count after", "GET", path + "/members/count", 404, "Not found"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := s.call(test.method, test.path, "", "Content-Type", "")
			require.Equal(t, test.status, r.status)
			require.Equal(t, test.message, r.Message)
		})
	}
	require.Equal(t, "leave", s.hit().event.Type)
	r := push(s, g.ID, hello)
	require.Equal(t, 400, r.status)
	require.Equal(t, "Failed to send messages", r.Message)
}

func TestLongListsComeInPieces(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	g := s.friends()
	for i := range 250 {
		u, err := s.AddUser(User{Name: "n" + strconv.Itoa(i), Friend: true})
		require.NoError(t, err)
		_, err = s.Join(t.Context(), "Friends", u.ID)
		require.NoError(t, err)
		s.hit()
	}
	var page struct {
		UserIDs, MemberIDs []string
		Next               string
	}
	got := 0
	for start := ""; got == 0 || start != ""; start = page.Next {
		page.Next = ""
		r := s.call("GET", "/v2/bot/group/"+g.ID+"/members/ids?start="+start, "")
		decode(t, r.raw, &page)
		got += len(page.MemberIDs)
		require.LessOrEqual(t, len(page.MemberIDs), 100)
	}
	require.Equal(t, 252, got)
	page.Next = ""
	decode(t, s.call("GET", "/v2/bot/followers/ids", "").raw, &page)
	require.Len(t, page.UserIDs, 250, "two are no friends; 300 come at once")
	require.Empty(t, page.Next)
	decode(t, s.call("GET", "/v2/bot/followers/ids?limit=200", "").raw, &page)
	require.Len(t, page.UserIDs, 200)
	require.Equal(t, 400, s.call("GET", "/v2/bot/group/"+g.ID+"/members/ids?start="+page.Next, "").status,
		"of another list")
	s.now.advance(24*time.Hour - 1)
	require.Equal(t, 200, s.call("GET", "/v2/bot/followers/ids?start="+page.Next, "").status)
	s.now.advance(1)
	r := s.call("GET", "/v2/bot/followers/ids?start="+page.Next, "")
	require.Equal(t, 400, r.status)
	require.Equal(t, "Invalid start param", r.Message)
	require.Equal(t, 400, s.call("GET", "/v2/bot/followers/ids?limit=1001", "").status)
}

func TestListsOfAnUnverifiedAccount(t *testing.T) {
	t.Parallel()
	s := newStage(t, &Options{Unverified: true})
	g := s.friends()
	for _, path := range []string{"/v2/bot/followers/ids", "/v2/bot/group/" + g.ID + "/members/ids"} {
		r := s.call("GET", path, "")
		require.Equal(t, http.StatusForbidden, r.status)
		require.Equal(t, "Access to this API is not available for your account", r.Message)
	}
}

func TestPageOfAGroup(t *testing.T) {
	t.Parallel()
	s := newStage(t, nil)
	g := s.friends()
	me, other := g.ID+"/"+s.user(), g.ID+"/"+s.Users()[1].ID
	_, err := s.Say(t.Context(), other, "from B")
	require.NoError(t, err)
	s.hit()
	page := s.call("GET", "/?user="+url.QueryEscape(me), "").raw
	require.Contains(t, page, `data-user="`+me+`"`)
	require.Contains(t, page, "2 members and the bot")
	require.Contains(t, page, `from-other`)
	require.Contains(t, page, `<span class="who">User B`)
	require.Contains(t, page, `href="?user=`+strings.ReplaceAll(other, "/", "%2f")+`"`, "one can be the other member")
	require.Contains(t, s.call("GET", "/?user="+url.QueryEscape(other), "").raw, "from-user")
	require.Contains(t, s.call("GET", "/", "").raw, "Friends", "the group is among the chats")
	require.Equal(t, 404, s.call("GET", "/?user=Friends", "").status)
	require.Equal(t, 204, s.acts("remove", url.Values{"user": {me}}).status)
	require.Equal(t, "leave", s.hit().event.Type)
	require.Contains(t, s.call("GET", "/?user="+url.QueryEscape(me), "").raw, "2 members, without the bot")
	require.Equal(t, 204, s.acts("invite", url.Values{"user": {me}}).status)
	require.Equal(t, "join", s.hit().event.Type)
	require.Equal(t, 204, s.acts("say", url.Values{"user": {me}, "text": {"hi"}}).status)
	require.Equal(t, g.ID, s.hit().event.Source.GroupID)
}
