package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	booking "github.com/kaiwa-go/kaiwa/examples/booking/dialog"
	lunch "github.com/kaiwa-go/kaiwa/examples/lunch/dialog"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// canteen is what the dialogs of examples/lunch need; nobody has news here.
type canteen struct{ name func(transport.Source) string }

func (c canteen) Name(_ context.Context, from transport.Source) string { return c.name(from) }

func (canteen) Read(context.Context, *transport.Event) (string, error) { return "nothing", nil }

func (canteen) Subscribe(context.Context, *flow.Turn[struct{}]) error { return nil }

func (canteen) Announce(context.Context, string, string) (int, error) { return 0, nil }

// together are the dialogs of examples/booking, examples/lunch (but for receipts, which need a rich menu) and this one,
// for one bot.
func together(t *testing.T, name func(transport.Source) string) []*flow.Flow {
	table, err := booking.New(&booking.Tables{PerDay: 10})
	require.NoError(t, err)
	all := append(lunch.New(canteen{name}, "nobody"), table, New(world()))
	return slices.DeleteFunc(all, func(f *flow.Flow) bool { return f.Name() == "receipt" })
}

func togetherOptions() bot.Options {
	return bot.Options{
		Zone: zone, Scope: session.PerChat, PushToGroups: true,
		Otherwise: bot.Always(line.Text("Say “book”, “lunch” or “order”.")),
		Expired:   bot.Always(line.Text("That is over. Say “book”, “lunch” or “order”.")),
	}
}

// Each of three dialogs is begun in the middle of each: by a word, by a rich menu, and by a button of its own that is
// further up in the chat.
func TestTogether(t *testing.T) {
	flowtest.Run(t, "testdata/together/*.txt", func(t *testing.T) []*flow.Flow {
		return together(t, func(transport.Source) string { return "Ann" })
	}, &flowtest.Options{Bot: togetherOptions(), Update: update, Start: time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)})
}

// The same in a group, which shares its conversations: whoever begins, another one interrupts. A line of a user has
// their name before it. A group has no rich menu; what starts a dialog there is a button of no step, such as one of
// another program.
func TestTogetherInAGroup(t *testing.T) {
	files, err := filepath.Glob("testdata/together/group/*.txt")
	require.NoError(t, err)
	require.Len(t, files, 9)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(time.Date(2026, 12, 1, 3, 0, 0, 0, time.UTC)))
				got := inGroup(t, string(want))
				if update {
					require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
					return
				}
				require.Equal(t, string(want), got)
			})
		})
	}
}

// direct calls a handler without a network.
type direct struct{ handler http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

// inGroup plays a transcript in a group on the stand-in for LINE, and returns what happened.
func inGroup(t *testing.T, script string) string {
	const office = "Office"
	mux := http.NewServeMux()
	client := &http.Client{Transport: direct{mux}}
	platform := emulator.New("secret", "token", &emulator.Options{
		Webhook: "http://local/webhook", Client: client, Users: []string{"Ann", "Ben", "Eve"}})
	defer platform.Close()
	group, err := platform.AddGroup(emulator.Group{Name: office}, "Ann", "Ben", "Eve")
	require.NoError(t, err)
	channel, err := line.New("secret", "token", &line.Options{Endpoint: "http://local", Client: client})
	require.NoError(t, err)
	o := togetherOptions()
	o.Logger = slog.New(slog.DiscardHandler)
	b, err := bot.New(channel, memstore.New(), together(t, func(from transport.Source) string {
		for _, u := range platform.Users() {
			if u.ID == from.UserID {
				return u.Name
			}
		}
		return "nobody"
	}), &o)
	require.NoError(t, err)
	defer func() { require.NoError(t, b.Shutdown(context.Background())) }()
	mux.Handle("/", platform)
	mux.Handle("POST /webhook", b)
	_, err = platform.Invite(t.Context(), office)
	require.NoError(t, err)

	var out strings.Builder
	seen, state := len(platform.Messages(office)), ""
	for l := range strings.Lines(script) {
		did, isUser := strings.CutPrefix(strings.TrimSuffix(l, "\n"), "> ")
		if !isUser {
			if l == "\n" || strings.HasPrefix(l, "#") {
				out.WriteString(l)
			}
			continue
		}
		out.WriteString(l)
		who, what, _ := strings.Cut(did, ": ")
		switch who = office + "/" + who; what[0] {
		case '[':
			_, err = platform.Tap(t.Context(), who, strings.Trim(what, "[]"))
		case '{':
			_, err = platform.Emit(t.Context(), who, "postback",
				map[string]any{"postback": map[string]any{"data": strings.Trim(what, "{}")}})
		default:
			_, err = platform.Say(t.Context(), who, what)
		}
		require.NoError(t, err, did)
		time.Sleep(time.Second)
		synctest.Wait()

		said := platform.Messages(office)
		for _, m := range said[seen:] {
			if m.From == emulator.FromBot {
				fmt.Fprintf(&out, "< %s\n%s", strings.ReplaceAll(m.Text, "\n", "\n  "), labels(platform.Buttons(office), m.Seq))
			}
		}
		seen = len(said)
		if now := where(t, b, group.ID); now != state {
			out.WriteString("= " + now + "\n")
			state = now
		}
	}
	return out.String()
}

// labels are the buttons of a message, as a line.
func labels(all []emulator.Button, seq int) string {
	var of string
	for _, b := range all {
		if b.Seq == seq {
			of += " [" + b.Label + "]"
		}
	}
	if of == "" {
		return ""
	}
	return " " + of + "\n"
}

// where is the active conversation of the group, and those that wait.
func where(t *testing.T, b *bot.Bot, group string) string {
	s, err := b.Session(t.Context(), transport.Source{Chat: transport.ChatGroup, ChatID: group})
	require.NoError(t, err)
	if s.Flow == "" {
		return "end"
	}
	at := s.Flow + "/" + string(s.State)
	for _, w := range s.Suspended {
		at += "; " + w.Flow + "/" + string(w.State) + " waits"
	}
	return at
}
