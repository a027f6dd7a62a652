package line_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/memnet"
	"github.com/kaiwa-go/kaiwa/transport/line/richmenu"
)

type visitTurn = flow.Turn[struct{}]

// visit is a flow of two questions that both show the message m, whose buttons have the data "yes".
func visit(m transport.Message) *flow.Flow {
	say := func(words string, more ...transport.Message) flow.Action[struct{}] {
		return func(_ context.Context, t *visitTurn) error {
			t.Send(append([]transport.Message{line.Text(words)}, more...)...)
			return nil
		}
	}
	b := flow.New[struct{}]("visit")
	b.Start(flow.Text("start"), flow.Postback("start")).To("one")
	b.In("one").Enter(say("one", m)).On(flow.Postback("yes")).To("two")
	b.In("two").Enter(say("two", m)).On(flow.Postback("yes")).Do(say("done")).End()
	b.InAny().
		On(flow.Text("help")).Do(say("help")).Again().
		On(flow.Postback("where").FromAnywhere()).Do(say("here")).Stay().
		On(flow.Signal("paid")).Do(say("thank you")).Stay()
	return b.MustBuild()
}

// tapStage is a bot on LINE's stand-in, alone with Ann and in a group with Ann and Bob, in a bubble.
type tapStage struct {
	*emulator.Platform
	t       *testing.T
	bot     *bot.Bot
	channel *line.Channel
	group   string // the id of the group
	seen    map[string]int
}

func onTapStage(t *testing.T, m transport.Message, f func(s *tapStage)) {
	synctest.Test(t, func(t *testing.T) {
		s, network := &tapStage{t: t, seen: map[string]int{}}, memnet.New(t)
		s.Platform = emulator.New("secret", "token", &emulator.Options{
			Users: []string{"Ann", "Bob"}, NoRateLimits: true, Client: network.Client(),
		})
		defer s.Close()
		silent := slog.New(slog.DiscardHandler)
		var err error
		s.channel, err = line.New("secret", "token", &line.Options{
			Endpoint: network.Serve("line.test", s.Platform), Client: network.Client(), Logger: silent, Processes: -1,
		})
		require.NoError(t, err)
		s.bot, err = bot.New(s.channel, memstore.New(), []*flow.Flow{visit(m)}, &bot.Options{
			Logger: silent, Expired: bot.Always(line.Text("over")), Foreign: bot.Always(line.Text("not yours")),
		})
		require.NoError(t, err)
		defer func() { require.NoError(t, s.bot.Shutdown(context.Background())) }()
		s.SetWebhook(network.Serve("bot.test", s.bot))
		_, err = s.Follow(t.Context(), "Ann")
		require.NoError(t, err)
		group, err := s.AddGroup(emulator.Group{Name: "Friends"}, "Ann", "Bob")
		require.NoError(t, err)
		s.group = group.ID
		_, err = s.Invite(t.Context(), "Friends")
		require.NoError(t, err)
		synctest.Wait()
		f(s)
	})
}

// news returns the texts that the bot sent to a chat since the last call, and the data of the first button of
// the newest message.
func (s *tapStage) news(chat string) (words []string, data string) {
	s.t.Helper()
	synctest.Wait()
	for _, m := range s.Messages(chat) {
		if m.Seq <= s.seen[chat] || m.From != emulator.FromBot {
			continue
		}
		s.seen[chat] = m.Seq
		if m.Type == "text" && m.Text != "a" { // "a" has quick replies
			words = append(words, m.Text)
		}
		var object any
		require.NoError(s.t, json.Unmarshal(m.Content, &object))
		if all := dataIn(object); len(all) > 0 {
			data = all[0]
		}
	}
	return words, data
}

func (s *tapStage) say(chat, user, words string) (got []string, data string) {
	s.t.Helper()
	_, err := s.Say(s.t.Context(), user, words)
	require.NoError(s.t, err)
	return s.news(chat)
}

// tap makes a tap on a button with that data happen, whether the chat still shows it or not.
func (s *tapStage) tap(chat, user, data string, picked map[string]string) (got []string, next string) {
	s.t.Helper()
	p := map[string]any{"data": data}
	if picked != nil {
		p["params"] = picked
	}
	_, err := s.Emit(s.t.Context(), user, "postback", map[string]any{"postback": p})
	require.NoError(s.t, err)
	return s.news(chat)
}

// Four taps, on each kind of button in each place: stale, doubled, unmarked and foreign. None of them moves a
// conversation. The oldest copy of a question that is still asked does.
func TestFourTaps(t *testing.T) {
	picks := map[string]map[string]string{
		"date": {"date": "2026-12-05"}, "time": {"time": "19:00"}, "date and time": {"datetime": "2026-12-05T19:00"},
	}
	for _, place := range places {
		for _, button := range buttons {
			t.Run(place.name+"/"+button.name, func(t *testing.T) {
				onTapStage(t, place.of(button.of("yes")), func(s *tapStage) { s.fourTaps(picks[button.name]) })
			})
		}
	}
}

func (s *tapStage) fourTaps(picked map[string]string) {
	t := s.t
	tap := func(data string, want ...string) string {
		t.Helper()
		got, next := s.tap("Ann", "Ann", data, picked)
		require.Equal(t, want, got)
		return next
	}
	_, oldest := s.say("Ann", "Ann", "start")
	_, copied := s.say("Ann", "Ann", "help")
	require.Equal(t, oldest, copied, "the question goes on")
	tap("yes", "one") // unmarked
	second := tap(oldest, "two")
	s.differ(oldest, second)
	require.Equal(t, second, tap(oldest, "two"), "doubled, in the place where it would answer the next question")
	tap("yes", "two")
	tap(second, "done")
	tap(second, "over") // doubled, at the end
	tap(oldest, "over")
	tap("yes")
	_, anew := s.say("Ann", "Ann", "start")
	tap(second, "one") // stale, of another conversation
	require.NotEqual(t, oldest, anew)
	require.Equal(t, "visit/one", s.where(transport.ChatUser, "Ann"))

	_, anns := s.say("Friends", "Friends/Ann", "start")
	for range 2 { // first he has no conversation, then he has one
		got, _ := s.tap("Friends", "Friends/Bob", anns, picked)
		require.Equal(t, []string{"not yours"}, got)
		s.say("Friends", "Friends/Bob", "start")
	}
	require.Equal(t, "visit/one", s.where(transport.ChatGroup, "Bob"))
	require.Equal(t, "visit/one", s.where(transport.ChatGroup, "Ann"))
	got, next := s.tap("Friends", "Friends/Ann", anns, picked)
	require.Equal(t, []string{"two"}, got)
	s.differ(anns, next)
	for _, data := range []string{anns, "yes"} { // silence in a group
		got, _ = s.tap("Friends", "Friends/Ann", data, picked)
		require.Empty(t, got)
	}
	got, _ = s.tap("Friends", "Friends/Ann", next, picked)
	require.Equal(t, []string{"done"}, got)
	require.Equal(t, "visit/one", s.where(transport.ChatGroup, "Bob"))
	require.Equal(t, "visit/one", s.where(transport.ChatUser, "Ann"))
}

// differ ends the test if two steps have the same mark: by chance, one in 262,144 has that of the other.
func (s *tapStage) differ(a, b string) {
	if a == b {
		s.t.Skip("two steps have the same mark by chance")
	}
}

// where returns the flow and state of a user, alone or in the group.
func (s *tapStage) where(chat transport.Chat, user string) string {
	s.t.Helper()
	src := transport.Source{Chat: chat}
	for _, u := range s.Users() {
		if u.Name == user {
			src.UserID, src.ChatID = u.ID, u.ID
		}
	}
	if chat == transport.ChatGroup {
		src.ChatID = s.group
	}
	kept, err := s.bot.Session(context.Background(), src)
	require.NoError(s.t, err)
	return fmt.Sprintf("%s/%s", kept.Flow, kept.State)
}

// The areas of a rich menu belong to no step. They start flows, and are taken where a transition says so.
func TestTapsOnAMenu(t *testing.T) {
	onTapStage(t, line.Text("a").Quick(line.Postback("Yes", "yes")), func(s *tapStage) {
		t := s.t
		var b bytes.Buffer
		require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 800, 400))))
		home := richmenu.Menu{Alias: "home", Default: true, Image: b.Bytes(), RichMenu: line.RichMenu{ChatBarText: "Menu"}}
		for i, a := range []line.Action{
			line.Postback("Yes", "yes"), line.DatePicker("Day", "yes"), line.RichMenuSwitch("home", "yes").WithLabel("Tab"),
			line.Postback("Where", "where"), line.Postback("Start", "start"),
		} {
			home.Areas = append(home.Areas, line.RichMenuArea{Area: line.Area{X: 160 * i, Width: 160, Height: 400}, Action: a})
		}
		_, err := richmenu.Apply(t.Context(), s.channel, []richmenu.Menu{home}, nil)
		require.NoError(t, err)
		press := func(label string) []string {
			t.Helper()
			for _, b := range s.Buttons("Ann") {
				if b.Label != label || b.Seq != 0 {
					continue
				}
				value := ""
				if b.Mode != "" {
					value = "2026-12-05"
				}
				_, err := s.Press(t.Context(), "Ann", b, value)
				require.NoError(t, err)
				words, _ := s.news("Ann")
				return words
			}
			t.Fatalf("no area %q", label)
			return nil
		}
		for _, label := range []string{"Yes", "Day", "Tab", "Where"} {
			require.Empty(t, press(label), "no conversation is active")
		}
		require.Equal(t, []string{"one"}, press("Start"))
		for _, label := range []string{"Yes", "Day", "Tab", "Start"} {
			require.Equal(t, []string{"one"}, press(label))
		}
		require.Equal(t, []string{"here"}, press("Where"))
		require.Equal(t, "visit/one", s.where(transport.ChatUser, "Ann"))
	})
}
