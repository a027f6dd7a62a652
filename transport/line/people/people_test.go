package people_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/memnet"
	"github.com/kaiwa-go/kaiwa/transport/line/people"
)

// stage is a bot without flows on a stand-in for LINE. It keeps the events that come.
type stage struct {
	*emulator.Platform
	*people.People
	channel *line.Channel

	mu     sync.Mutex
	events []transport.Event
	calls  []string
}

func newStage(t *testing.T, o *emulator.Options, po *people.Options) *stage {
	t.Helper()
	network := memnet.New(t)
	o.Client = network.Client()
	s := &stage{Platform: emulator.New("secret", "token", o)}
	t.Cleanup(s.Close)
	api := network.Serve("line.test", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.calls = append(s.calls, r.URL.Path)
		s.mu.Unlock()
		s.Platform.ServeHTTP(w, r)
	}))
	var err error
	s.channel, err = line.New("secret", "token", &line.Options{Endpoint: api, Client: network.Client()})
	require.NoError(t, err)
	s.People = people.New(s.channel, po)
	s.SetWebhook(network.Serve("bot.test", s.channel.Handler(func(_ context.Context, events []transport.Event) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.events = append(s.events, events...)
		return nil
	})))
	return s
}

// last returns the source of the last event.
func (s *stage) last() transport.Source {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.events[len(s.events)-1].Source
}

func (s *stage) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

func done[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		require.NoError(t, err)
		return v
	}
}

var delivered = done[emulator.Delivery]

func TestProfileWhereverTheUserIs(t *testing.T) {
	s := newStage(t, &emulator.Options{Users: []string{"Ann", "Bob"}}, nil)
	for _, g := range []emulator.Group{{Name: "Friends"}, {Name: "Old", Room: true}} {
		_, err := s.AddGroup(g, "Ann", "Bob")
		require.NoError(t, err)
		delivered(t)(s.Invite(t.Context(), g.Name))
	}
	tests := []struct{ who, path string }{
		{"Ann", "/v2/bot/profile/"},
		{"Friends/Bob", "/v2/bot/group/"},
		{"Old/Bob", "/v2/bot/room/"},
	}
	for _, tt := range tests {
		t.Run(tt.who, func(t *testing.T) {
			delivered(t)(s.Say(t.Context(), tt.who, "hi"))
			src, before := s.last(), s.count()
			for range 3 {
				p, err := s.Profile(t.Context(), src)
				require.NoError(t, err)
				require.Equal(t, tt.who[strings.Index(tt.who, "/")+1:], p.Name)
				require.Equal(t, src.UserID, p.UserID)
				require.Equal(t, src.Chat == transport.ChatUser, p.Language != "")
			}
			require.Equal(t, before+1, s.count(), "it is kept")
			require.True(t, strings.HasPrefix(s.calls[before], tt.path), s.calls[before])
		})
	}
}

func TestProfileErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t, &emulator.Options{Users: []string{"Ann"}}, nil)
		user := func(id string) transport.Source {
			return transport.Source{Chat: transport.ChatUser, ChatID: id, UserID: id}
		}
		for _, id := range []string{"", "../group/C1", "a/b", "ü", strings.Repeat("U", 129)} {
			_, err := s.Profile(t.Context(), user(id))
			require.ErrorIs(t, err, people.ErrNobody)
		}
		canary := "U" + strings.Repeat("c", 32)
		_, err := s.Profile(t.Context(), transport.Source{Chat: transport.ChatGroup, UserID: "U1"})
		require.ErrorIs(t, err, people.ErrNobody)
		require.Zero(t, s.count())

		_, err = s.Profile(t.Context(), user(canary))
		require.ErrorIs(t, err, people.ErrNoProfile)
		var refusal *line.APIError
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, 404, refusal.Status)
		require.NotContains(t, err.Error(), canary)

		s.FailNext(9, emulator.Fault{Cut: true})
		_, err = s.Profile(t.Context(), user(canary))
		require.Error(t, err)
		require.NotErrorIs(t, err, people.ErrNoProfile)
		require.NotContains(t, err.Error(), canary)
	})
}

// What is kept of a user goes with him.
func TestProfileIsForgotten(t *testing.T) {
	s := newStage(t, &emulator.Options{Users: []string{"Ann", "Bob"}}, nil)
	_, err := s.AddGroup(emulator.Group{Name: "Friends"}, "Ann", "Bob")
	require.NoError(t, err)
	delivered(t)(s.Invite(t.Context(), "Friends"))
	group := s.last()
	delivered(t)(s.Follow(t.Context(), "Ann"))
	source := func(who string) transport.Source {
		delivered(t)(s.Say(t.Context(), who, "hi"))
		return s.last()
	}
	asks := func(src transport.Source) bool {
		before := s.count()
		_, _ = s.Profile(t.Context(), src)
		return s.count() > before
	}
	ann, annInGroup, bobInGroup := source("Ann"), source("Friends/Ann"), source("Friends/Bob")
	all := []transport.Source{ann, annInGroup, bobInGroup}
	for _, src := range all {
		require.True(t, asks(src))
		require.False(t, asks(src))
	}
	delivered(t)(s.Unfollow(t.Context(), "Ann"))
	require.True(t, asks(ann))
	require.False(t, asks(annInGroup))
	delivered(t)(s.Platform.Leave(t.Context(), "Friends", "Bob"))
	require.True(t, asks(bobInGroup))
	require.False(t, asks(annInGroup))
	delivered(t)(s.Remove(t.Context(), "Friends"))
	require.True(t, asks(annInGroup))

	delivered(t)(s.Invite(t.Context(), "Friends"))
	require.True(t, asks(annInGroup))
	require.False(t, asks(annInGroup))
	require.NoError(t, s.People.Leave(t.Context(), group))
	require.True(t, asks(annInGroup), "left by ourselves")
	require.ErrorIs(t, s.People.Leave(t.Context(), ann), people.ErrNobody)
	require.ErrorIs(t, s.People.Leave(t.Context(), transport.Source{Chat: transport.ChatGroup}), people.ErrNobody)
}

func TestGroups(t *testing.T) {
	s := newStage(t, &emulator.Options{Users: []string{"Ann", "Bob"}}, nil)
	var sources []transport.Source
	for _, g := range []emulator.Group{{Name: "Friends", Picture: "https://example.com/a.png"}, {Name: "Old", Room: true}} {
		_, err := s.AddGroup(g, "Ann", "Bob")
		require.NoError(t, err)
		delivered(t)(s.Invite(t.Context(), g.Name))
		src := s.last()
		sources = append(sources, src)
		n, err := s.MemberCount(t.Context(), src)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.ElementsMatch(t, []string{s.Users()[0].ID, s.Users()[1].ID}, all(t, s.Members(t.Context(), src)))
	}
	g, err := s.Group(t.Context(), sources[0])
	require.NoError(t, err)
	require.Equal(t, people.Group{ID: sources[0].ChatID, Name: "Friends", PictureURL: "https://example.com/a.png"}, g)
	_, err = s.Group(t.Context(), sources[1])
	require.ErrorIs(t, err, people.ErrNobody, "LINE has no summary of rooms")
	require.NoError(t, s.People.Leave(t.Context(), sources[1]))

	one := transport.Source{Chat: transport.ChatUser, ChatID: "U1", UserID: "U1"}
	_, err = s.MemberCount(t.Context(), one)
	require.ErrorIs(t, err, people.ErrNobody)
	for _, err := range s.Members(t.Context(), one) {
		require.ErrorIs(t, err, people.ErrNobody)
	}
	gone := transport.Source{Chat: transport.ChatGroup, ChatID: "C0"}
	var refusal *line.APIError
	_, err = s.MemberCount(t.Context(), gone)
	require.ErrorAs(t, err, &refusal)
	_, err = s.Group(t.Context(), gone)
	require.ErrorAs(t, err, &refusal)
	require.ErrorAs(t, s.People.Leave(t.Context(), gone), &refusal)
}

func all(t *testing.T, ids func(func(string, error) bool)) []string {
	t.Helper()
	var got []string
	for id, err := range ids {
		require.NoError(t, err)
		got = append(got, id)
	}
	return got
}

func TestFollowersOverPages(t *testing.T) {
	var names []string
	for i := range 1500 {
		names = append(names, fmt.Sprint("user ", i))
	}
	s := newStage(t, &emulator.Options{Users: names}, nil)
	for _, name := range names {
		_, err := s.Follow(t.Context(), name)
		require.NoError(t, err)
	}
	got := all(t, s.Followers(t.Context()))
	require.Len(t, got, 1500)
	slices.Sort(got)
	require.Len(t, slices.Compact(got), 1500)
	require.Equal(t, 2, s.count())
	for range s.Followers(t.Context()) {
		break // and no further call
	}
	require.Equal(t, 3, s.count())
}

func TestListsNeedAnAccount(t *testing.T) {
	s := newStage(t, &emulator.Options{Unverified: true}, nil)
	n := 0
	for id, err := range s.Followers(t.Context()) {
		n++
		require.Empty(t, id)
		require.ErrorIs(t, err, people.ErrAccount)
		require.EqualError(t, err, "people: not allowed to this kind of account: line: status 403: Access to this API is not available for your account"+requestOf(err))
	}
	require.Equal(t, 1, n)
}

func requestOf(err error) string {
	s := err.Error()
	if i := strings.Index(s, " (request"); i >= 0 {
		return s[i:]
	}
	return ""
}

func TestMembershipsAndLinkToken(t *testing.T) {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method + r.URL.Path {
		case "GET/v2/bot/membership/subscription/U1":
			_, _ = io.WriteString(w, `{"subscriptions":[{"membership":{"membershipId":7,"title":"Gold"}}]}`)
		case "POST/v2/bot/user/U1/linkToken":
			_, _ = io.WriteString(w, `{"linkToken":"lt"}`)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer api.Close()
	ch, err := line.New("secret", "token", &line.Options{Endpoint: api.URL})
	require.NoError(t, err)
	p := people.New(ch, nil)
	plans, err := p.Memberships(t.Context(), "U1")
	require.NoError(t, err)
	require.Equal(t, "Gold", plans[0].Membership.Title)
	token, err := p.LinkToken(t.Context(), "U1")
	require.NoError(t, err)
	require.Equal(t, "https://access.line.me/dialog/bot/accountLink?linkToken=lt&nonce=a%2Bb", people.LinkURL(token, "a+b"))

	var refusal *line.APIError
	_, err = p.Memberships(t.Context(), "U2")
	require.ErrorAs(t, err, &refusal)
	_, err = p.LinkToken(t.Context(), "U2")
	require.ErrorAs(t, err, &refusal)
	_, err = p.Memberships(t.Context(), "a/b")
	require.ErrorIs(t, err, people.ErrNobody)
	_, err = p.LinkToken(t.Context(), "a/b")
	require.ErrorIs(t, err, people.ErrNobody)
}
