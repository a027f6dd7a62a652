package richmenu_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

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

func picture() []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 800, 400))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func menuOf(alias string, actions ...line.Action) richmenu.Menu {
	m := richmenu.Menu{Alias: alias, Image: picture(), RichMenu: line.RichMenu{ChatBarText: "Menu"}}
	for i, a := range actions {
		m.Areas = append(m.Areas, line.RichMenuArea{Area: line.Area{X: 200 * i, Width: 200, Height: 400}, Action: a})
	}
	return m
}

func declared() []richmenu.Menu {
	home := menuOf("home", line.Postback("Book", "book"), line.RichMenuSwitch("more", "tab").WithLabel("More"))
	home.Default = true
	return []richmenu.Menu{home, menuOf("more", line.SayAs("Hello", "hello")), menuOf("booking", line.SayAs("Stop", "stop"))}
}

// stage is a bot on the emulator.
type stage struct {
	*emulator.Platform
	t       *testing.T
	client  *http.Client
	channel *line.Channel

	mu     sync.Mutex
	faults []emulator.Fault // of the calls that link and unlink menus
	writes int              // calls about menus that are no GET
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s, network := &stage{t: t}, memnet.New(t)
	s.Platform = emulator.New("secret", "token", &emulator.Options{
		Users: []string{"Ann"}, Fault: s.fault, Client: network.Client(),
	})
	t.Cleanup(s.Close)
	network.Serve("line.test", s.Platform)
	s.client = network.Client()
	s.channel = s.connect("http://line.test")
	s.channel.DeclareMenus("booking") // as where another program sets it up
	b, err := bot.New(s.channel, memstore.New(), []*flow.Flow{booking(), tab()}, &bot.Options{Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.Shutdown(context.Background())) })
	s.SetWebhook(network.Serve("bot.test", b))
	return s
}

// connect returns a channel.
func (s *stage) connect(endpoint string) *line.Channel {
	c, err := line.New("secret", "token", &line.Options{Endpoint: endpoint, Client: s.client, Logger: quiet})
	require.NoError(s.t, err)
	return c
}

var quiet = slog.New(slog.DiscardHandler)

func (s *stage) fault(r *http.Request) emulator.Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method != http.MethodGet && strings.Contains(r.URL.Path, "richmenu") {
		s.writes++
	}
	if !strings.Contains(r.URL.Path, "/user/U") || len(s.faults) == 0 {
		return emulator.Fault{}
	}
	f := s.faults[0]
	s.faults = s.faults[1:]
	return f
}

func send(text string) flow.Action[struct{}] {
	return func(_ context.Context, t *flow.Turn[struct{}]) error {
		t.Send(line.Text(text))
		return nil
	}
}

func booking() *flow.Flow {
	b := flow.New[struct{}]("booking")
	b.Start(flow.Postback("book")).To("ask")
	b.In("ask").Enter(send("Which day?"))
	b.InAny().Menu("booking").On(flow.Text("stop")).Do(send("Stopped.")).End()
	return b.MustBuild()
}

// tab answers a tap that switches menus: to "more", as the user's client says.
func tab() *flow.Flow {
	b := flow.New[struct{}]("tab")
	b.Start(flow.Match("switched to more", func(e *transport.Event) bool {
		p := e.Postback
		return p.Data == "tab" && p.Params["newRichMenuAliasId"] == "more" && p.Params["status"] == "SUCCESS"
	})).To("shown")
	b.In("shown").Enter(send("There is more.")).On(flow.Text("hello")).Do(send("Hello.")).End()
	return b.MustBuild()
}

// apply sets menus up and returns the changes.
func (s *stage) apply(menus ...richmenu.Menu) []richmenu.Change {
	s.t.Helper()
	changes, err := richmenu.Apply(s.t.Context(), s.channel, menus, nil)
	require.NoError(s.t, err)
	return changes
}

// shows waits until Ann sees the menu that was made with this alias last.
func (s *stage) shows(alias string, changes []richmenu.Change) {
	s.t.Helper()
	id := ""
	for _, c := range changes {
		if c.What == "create" && c.Alias == alias {
			id = c.MenuID
		}
	}
	require.NotEmpty(s.t, id)
	require.Eventually(s.t, func() bool { return s.Menu("Ann") == id }, 20*time.Second, time.Millisecond, alias)
}

func (s *stage) tap(label string) {
	s.t.Helper()
	_, err := s.Tap(s.t.Context(), "Ann", label)
	require.NoError(s.t, err)
}

func (s *stage) hears(text string) {
	s.t.Helper()
	require.Eventually(s.t, func() bool {
		for _, m := range s.Messages("Ann") {
			if m.From == "bot" && m.Text == text {
				return true
			}
		}
		return false
	}, 20*time.Second, time.Millisecond, text)
}

// The menus that flows are bound to are known when the bot is made, by Apply or DeclareMenus.
func TestBotKnowsMenus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		other := s.connect("http://line.test")
		flows := []*flow.Flow{booking(), tab()}
		_, err := bot.New(other, memstore.New(), flows, nil)
		require.ErrorContains(t, err, `flow "booking" binds state "*" to the menu "booking"`)

		faulty := menuOf("booking")
		_, err = richmenu.Apply(t.Context(), other, []richmenu.Menu{faulty}, nil)
		require.Error(t, err)
		require.False(t, other.HasMenu("", "booking"), "a declaration with faults is none")
		for range 2 { // what was declared stays
			_, err = richmenu.Apply(t.Context(), other, declared(), nil)
			require.NoError(t, err)
			other.DeclareMenus("more")
		}
		for _, name := range []string{"home", "more", "booking"} {
			require.True(t, other.HasMenu("", name), name)
		}
		b, err := bot.New(other, memstore.New(), flows, &bot.Options{Logger: quiet})
		require.NoError(t, err)
		require.NoError(t, b.Shutdown(t.Context()))

		offline := s.connect("http://nobody.test")
		_, err = richmenu.Apply(t.Context(), offline, declared(), nil)
		require.Error(t, err)
		require.True(t, offline.HasMenu("", "booking"), "a bot may start though LINE is away")
	})
}

// A declaration is set up, menus follow the conversation, and a deployment moves those who use them.
func TestBotWithMenus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		_, err := s.Follow(t.Context(), "Ann")
		require.NoError(t, err)
		changes := s.apply(declared()...)
		s.shows("home", changes)
		writes := s.writes
		require.Empty(t, s.apply(declared()...))
		require.Equal(t, writes, s.writes, "nothing changed, nothing written")

		s.tap("Book")
		s.hears("Which day?")
		s.shows("booking", changes)

		next := declared()
		next[2].ChatBarText = "Booking"
		moved := s.apply(next...)
		s.shows("booking", moved)
		s.tap("Stop")
		s.hears("Stopped.")
		s.shows("home", changes)

		s.tap("More")
		s.shows("more", changes)
		s.hears("There is more.")
		s.tap("Hello")
		s.hears("Hello.")
		s.shows("more", changes) // it is the user's own choice, which no flow has made
	})
}

// A switch that fails, before and after LINE has made it, is made again, and the answer is not.
func TestSwitchIsRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t)
		_, err := s.Follow(t.Context(), "Ann")
		require.NoError(t, err)
		changes := s.apply(declared()...)
		s.mu.Lock()
		s.faults = []emulator.Fault{{Cut: true}, {Status: 500}, {Cut: true, After: true}}
		s.mu.Unlock()
		s.tap("Book")
		s.hears("Which day?")
		require.Eventually(t, func() bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			return len(s.faults) == 0
		}, 20*time.Second, time.Millisecond)
		s.shows("booking", changes)
		answers := 0
		for _, m := range s.Messages("Ann") {
			if m.Text == "Which day?" {
				answers++
			}
		}
		require.Equal(t, 1, answers)
	})
}
