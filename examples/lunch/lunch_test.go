package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/examples/lunch/dialog"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/flowtest"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/emulator"
)

// admin is the user of a transcript.
const admin = "U00000000000000000000000000000001"

// fake is an Office without a channel, whose first reading and sending fail.
type fake struct {
	readers    int
	read, sent bool
	id         string
}

func (f *fake) Name(context.Context, transport.Source) string { return "Ann" }

func (f *fake) Subscribe(context.Context, *flow.Turn[struct{}]) error {
	f.readers++
	return nil
}

func (f *fake) Read(_ context.Context, e *transport.Event) (string, error) {
	if !f.read {
		f.read = true
		return "", errors.New("service is busy")
	}
	return fmt.Sprintf("¥800 on %d", len(e.Images)), nil
}

func (f *fake) Announce(_ context.Context, id, _ string) (int, error) {
	if !f.sent {
		f.sent, f.id = true, id
		return 0, errors.New("process died")
	}
	if id != f.id {
		return 0, errors.New("another id would send it twice")
	}
	return f.readers, nil
}

func TestTranscripts(t *testing.T) {
	flowtest.Run(t, "testdata/*.txt", func(*testing.T) []*flow.Flow { return dialog.New(&fake{}, admin) },
		&flowtest.Options{Bot: options(), Cover: true, Update: os.Getenv("KAIWA_UPDATE") != ""})
}

// office is the program, as run serves it, and one reader of each chat.
type office struct {
	*testing.T
	platform *emulator.Platform
	address  string
	seen     map[string]int
}

func open(t *testing.T) *office {
	platform := emulator.New("secret", "secret", &emulator.Options{Users: []string{"Hanako", "Taro", "Ken"}})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- run(ctx, ln, platform, "secret", func(address string) { ready <- address }) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-done)
	})
	select {
	case address := <-ready:
		return &office{T: t, platform: platform, address: address, seen: map[string]int{}}
	case <-time.After(20 * time.Second):
		t.Fatal("not ready")
		return nil
	}
}

// next returns the next message of the bot in a chat.
func (o *office) next(chat string) string {
	o.Helper()
	ctx, cancel := context.WithTimeout(o.Context(), 20*time.Second)
	defer cancel()
	m, err := o.platform.Next(ctx, chat, o.seen[chat])
	require.NoError(o, err)
	o.seen[chat] = m.Seq
	return m.Text
}

func (o *office) did(_ emulator.Delivery, err error) {
	o.Helper()
	require.NoError(o, err)
}

// The stand-in is for this machine alone.
func TestHosts(t *testing.T) {
	t.Setenv("PORT", "0")
	for host, ok := range map[string]bool{"": true, "localhost": true, "0.0.0.0": false, "::": false, "192.0.2.7": false} {
		t.Setenv("HOST", host)
		ln, err := listen()
		require.Equal(t, ok, err == nil, "%s: %v", host, err)
		if ok {
			require.NoError(t, ln.Close())
		}
	}
}

// Several members order, one changes her mind, and another closes the round of all.
func TestGroup(t *testing.T) {
	o := open(t)
	o.did(o.platform.Invite(t.Context(), "Office"))
	o.did(o.platform.Say(t.Context(), "Office/Taro", "lunch"))
	require.Contains(t, o.next("Office"), "What will you have?")
	for _, tap := range []struct{ who, dish, answer string }{
		{"Hanako", "Ramen", "Hanako: ramen"},
		{"Ken", "Curry", "Ken: curry"},
		{"Hanako", "Curry", "Hanako: curry"},
	} {
		o.did(o.platform.Tap(t.Context(), "Office/"+tap.who, tap.dish))
		require.Equal(t, tap.answer, o.next("Office"))
	}
	o.did(o.platform.Tap(t.Context(), "Office/Taro", "That's all"))
	require.Equal(t, "Orders: 2\nHanako: curry\nKen: curry", o.next("Office"))
}

// What is no order is met with silence, and a round that is on goes on: whoever says the word sees it again.
// A group talks of lunch, taps buttons of yesterday, and what comes with a button of another chat is no order.
func TestGroupTalks(t *testing.T) {
	o := open(t)
	o.did(o.platform.Invite(t.Context(), "Office"))
	say := func(who, text string) { o.did(o.platform.Say(t.Context(), who, text)) }
	press := func(who string, b emulator.Button) { o.did(o.platform.Press(t.Context(), who, b, "")) }
	button := func(chat, label string) emulator.Button {
		for _, b := range o.platform.Buttons(chat) {
			if b.Label == label {
				return b
			}
		}
		t.Fatalf("no button %q", label)
		return emulator.Button{}
	}
	order := func(who, dish string) { // the answer is the next message: nothing was said before it
		t.Helper()
		o.did(o.platform.Tap(t.Context(), "Office/"+who, dish))
		require.Equal(t, who+": "+strings.ToLower(dish), o.next("Office"))
	}
	say("Taro", "lunch")
	require.Contains(t, o.next("Taro"), "What will you have?")
	foreign := button("Taro", "Curry")

	say("Office/Taro", "lunch")
	require.Contains(t, o.next("Office"), "What will you have?")
	first := button("Office", "Ramen")
	order("Hanako", "Ramen")
	say("Office/Taro", "to the Italian one, at 8")
	say("Office/Ken", "help")
	require.Contains(t, o.next("Office"), "I take orders")
	o.did(o.platform.Sticker(t.Context(), "Office/Ken", "446", "1988"))
	order("Ken", "Curry")
	say("Office/Ken", "Lunch!")
	require.Contains(t, o.next("Office"), "What will you have?")
	press("Office/Taro", first) // of the message further up
	require.Equal(t, "Taro: ramen", o.next("Office"))
	_, err := o.platform.Emit(t.Context(), "Office/Ken", "postback", map[string]any{
		"postback": map[string]any{"data": foreign.Data}})
	require.NoError(t, err)
	o.did(o.platform.Tap(t.Context(), "Office/Ken", "That's all"))
	require.Equal(t, "Orders: 3\nHanako: ramen\nKen: curry\nTaro: ramen", o.next("Office"))

	press("Office/Hanako", first)
	say("Office/Hanako", "good")
	say("Office/Hanako", "lunch")
	require.Contains(t, o.next("Office"), "What will you have?")
	press("Office/Ken", first) // of the round that is over
	order("Hanako", "Curry")
	o.did(o.platform.Tap(t.Context(), "Office/Ken", "That's all"))
	require.Equal(t, "Orders: 1\nHanako: curry", o.next("Office"))
}

// A member begins another dialog in the middle of the round: when that is over, the round is shown again, with its
// orders.
func TestAnotherDialogInTheRound(t *testing.T) {
	o := open(t)
	o.did(o.platform.Invite(t.Context(), "Office"))
	o.did(o.platform.Say(t.Context(), "Office/Hanako", "lunch"))
	require.Contains(t, o.next("Office"), "What will you have?")
	o.did(o.platform.Tap(t.Context(), "Office/Hanako", "Ramen"))
	require.Equal(t, "Hanako: ramen", o.next("Office"))
	_, err := o.platform.Emit(t.Context(), "Office/Ken", "postback", map[string]any{
		"postback": map[string]any{"data": "subscribe"}})
	require.NoError(t, err)
	require.Contains(t, o.next("Office"), "May I send you")
	o.did(o.platform.Tap(t.Context(), "Office/Ken", "No"))
	require.Equal(t, "As you like.", o.next("Office"))
	require.Contains(t, o.next("Office"), "What will you have?")
	o.did(o.platform.Tap(t.Context(), "Office/Ken", "That's all"))
	require.Equal(t, "Orders: 1\nHanako: ramen", o.next("Office"))
}

// A user alone: a name from LINE, a menu that follows the dialog, photos of one set that are downloaded.
func TestReceipt(t *testing.T) {
	o := open(t)
	o.did(o.platform.Follow(t.Context(), "Ken")) // only friends have menus of their own
	require.Contains(t, o.next("Ken"), "Hello Ken!")
	home := o.platform.Menu("Ken")
	o.did(o.platform.Tap(t.Context(), "Ken", "Receipt"))
	require.Contains(t, o.next("Ken"), "one photo or several")
	require.Eventually(t, func() bool { return o.platform.Menu("Ken") != home }, 10*time.Second, 5*time.Millisecond)
	photo := func(size int) emulator.Upload {
		return emulator.Upload{Kind: "image", Data: append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, size-8)...)}
	}
	_, err := o.platform.Album(t.Context(), "Ken", photo(1000), photo(2000))
	require.NoError(t, err)
	require.Equal(t, "Thank you. I read 1000 bytes of image/png and 2000 bytes of image/png.", o.next("Ken"))
	require.Eventually(t, func() bool { return o.platform.Menu("Ken") == home }, 10*time.Second, 5*time.Millisecond)

	res, err := http.Get(o.address + "/readyz")
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusOK, res.StatusCode)
}

// What the admin writes goes to those who subscribed, and nobody else can write it.
func TestNews(t *testing.T) {
	o := open(t)
	for _, user := range []string{"Taro", "Ken"} {
		o.did(o.platform.Follow(t.Context(), user))
		require.Contains(t, o.next(user), "Hello "+user+"!")
	}
	o.did(o.platform.Tap(t.Context(), "Taro", "Yes"))
	require.Contains(t, o.next("Taro"), "hear from me")
	o.did(o.platform.Tap(t.Context(), "Ken", "No"))
	require.Equal(t, "As you like.", o.next("Ken"))
	o.did(o.platform.Say(t.Context(), "Taro", "news"))
	require.Contains(t, o.next("Taro"), "Say “lunch”")
	o.did(o.platform.Say(t.Context(), "Hanako", "news"))
	require.Contains(t, o.next("Hanako"), "What shall I send?")
	o.did(o.platform.Say(t.Context(), "Hanako", "Tomorrow: udon"))
	require.Equal(t, "Sent to 1.", o.next("Hanako"))
	require.Equal(t, "Tomorrow: udon", o.next("Taro"))
	for _, m := range o.platform.Messages("Ken") {
		require.NotContains(t, m.Text, "udon")
	}
}
