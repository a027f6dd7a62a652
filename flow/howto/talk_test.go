package howto_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// talk is how the examples play a chat, and print it. It runs a real bot on the stand-in for LINE. A line
// of the user is a text, or one of these:
//
//	[Yes]        a tap on the newest button with this label
//	{order}      a tap on an area of a rich menu whose action is a postback with this data
//	(3 images)   three photos that are sent together
//
// In the end it prints the reminders that wait.
func talk(f *flow.Flow, lines ...string) { deploy([]*flow.Flow{f}, lines...) }

// deploy is talk with a bot that is built anew at each line "(deploy)", with the next of the flows.
func deploy(builds []*flow.Flow, lines ...string) {
	platform := emulator.New("secret", "token", &emulator.Options{Users: []string{"ann"}, WebhookTimeout: time.Minute})
	defer platform.Close()
	api := httptest.NewServer(platform)
	defer api.Close()
	channel, err := line.New("secret", "token", &line.Options{Endpoint: api.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	store := memstore.New()
	b, err := start(channel, store, builds[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(b)
	defer func() { server.Close() }()
	platform.SetWebhook(server.URL)

	ctx := context.Background()
	for _, said := range lines {
		seen := len(platform.Messages("ann"))
		fmt.Println(">", said)
		if said == "(deploy)" {
			server.Close()
			builds = builds[1:]
			if err := b.Shutdown(ctx); err != nil {
				fmt.Println(err)
			}
			if b, err = start(channel, store, builds[0]); err != nil {
				fmt.Println(err)
				return
			}
			server = httptest.NewServer(b)
			platform.SetWebhook(server.URL)
			continue
		}
		if err := act(ctx, platform, said); err != nil {
			fmt.Println(err)
		}
		// Wait for what failed and is tried again, too.
		b.RunPending().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/", nil))
		for _, m := range platform.Messages("ann")[seen:] {
			if m.From == emulator.FromBot {
				fmt.Println("<", m.Text+labels(platform.Buttons("ann"), m.Seq))
			}
		}
	}
	ann := platform.Users()[0].ID
	kept, err := b.Session(ctx, transport.Source{Chat: transport.ChatUser, ChatID: ann, UserID: ann})
	if err != nil {
		fmt.Println(err)
	}
	for _, r := range kept.Reminders {
		fmt.Println("~", r.Due.UTC().Format("2006-01-02 15:04")+":", r.Name)
	}
	if err := b.Shutdown(ctx); err != nil {
		fmt.Println(err)
	}
}

// start starts a bot on what is stored.
func start(c bot.Channel, s session.Store, f *flow.Flow) (*bot.Bot, error) {
	return bot.New(c, s, []*flow.Flow{f}, &bot.Options{ProcessBeforeResponse: true, Logger: slog.New(slog.DiscardHandler)})
}

// act makes the user do what a line says.
func act(ctx context.Context, p *emulator.Platform, said string) error {
	var err error
	inner := strings.Trim(said, "[]{}()")
	switch {
	case strings.HasPrefix(said, "["):
		_, err = p.Tap(ctx, "ann", inner)
	case strings.HasPrefix(said, "{"):
		_, err = p.Emit(ctx, "ann", "postback", map[string]any{"postback": map[string]string{"data": inner}})
	case strings.HasPrefix(said, "("):
		var n int
		if _, err = fmt.Sscanf(inner, "%d images", &n); err != nil {
			return err
		}
		photos := make([]emulator.Upload, n)
		for i := range photos {
			photos[i] = emulator.Upload{Kind: "image", Data: []byte{0xff, 0xd8, 0xff, byte(i)}}
		}
		_, err = p.Album(ctx, "ann", photos...)
	default:
		_, err = p.Say(ctx, "ann", said)
	}
	return err
}

// labels returns the labels of the buttons of a message.
func labels(buttons []emulator.Button, seq int) string {
	var s string
	for _, b := range buttons {
		if b.Seq == seq {
			s += " [" + b.Label + "]"
		}
	}
	return s
}
