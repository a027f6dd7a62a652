package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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

func (f *fake) Subscribe(context.Context, *turn) error {
	f.readers++
	return nil
}

func (f *fake) Read(context.Context, *transport.Event) (string, error) {
	if !f.read {
		f.read = true
		return "", errors.New("service is busy")
	}
	return "¥800", nil
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
	flowtest.Run(t, "testdata/*.txt", func(*testing.T) []*flow.Flow { return dialogs(&fake{}, admin) },
		&flowtest.Options{Bot: options(), Update: os.Getenv("KAIWA_UPDATE") != ""})
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

// A user alone: a name from LINE, a menu that follows the dialog, a photo that is downloaded.
func TestReceipt(t *testing.T) {
	o := open(t)
	o.did(o.platform.Follow(t.Context(), "Ken")) // only friends have menus of their own
	require.Contains(t, o.next("Ken"), "Hello Ken!")
	home := o.platform.Menu("Ken")
	o.did(o.platform.Tap(t.Context(), "Ken", "Receipt"))
	require.Contains(t, o.next("Ken"), "a photo")
	require.Eventually(t, func() bool { return o.platform.Menu("Ken") != home }, 10*time.Second, 5*time.Millisecond)
	photo := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 1234)...)
	o.did(o.platform.Upload(t.Context(), "Ken", emulator.Upload{Kind: "image", Data: photo}))
	require.Equal(t, fmt.Sprintf("Thank you. I read %d bytes of image/png.", len(photo)), o.next("Ken"))
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
