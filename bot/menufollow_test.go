package bot

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// The record holds what the flow has switched the chat to, and nothing that is not to be given
// back.
func TestMenuInRecord(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		chat transport.Chat
		rec  session.Record
		res  flow.Result
		menu string
		outs int
	}{
		{"entered", transport.ChatUser, session.Record{Flow: "f"}, flow.Result{Handled: true, Entered: true, Menu: "m"}, "m", 1},
		{"entered in a group", transport.ChatGroup, session.Record{Flow: "f"}, flow.Result{Handled: true, Entered: true, Menu: "m"}, "", 0},
		{"own", transport.ChatUser, session.Record{Flow: "f"}, flow.Result{Handled: true, Menu: "own", MenuSwitched: true}, "own", 1},
		{"own in a group", transport.ChatRoom, session.Record{Flow: "f"}, flow.Result{Handled: true, Menu: "own", MenuSwitched: true}, "", 0},
		{"own at the end", transport.ChatUser, session.Record{Menu: "m"}, flow.Result{Handled: true, Menu: "own", MenuSwitched: true}, "", 1},
		{"own, the same again", transport.ChatUser, session.Record{Flow: "f", Menu: "own"}, flow.Result{Handled: true, Menu: "own", MenuSwitched: true}, "own", 1},
		{"end", transport.ChatUser, session.Record{Menu: "m"}, flow.Result{Handled: true}, "", 1},
		{"not handled", transport.ChatUser, session.Record{Flow: "f", Menu: "m"}, flow.Result{}, "m", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := &transport.Event{Source: transport.Source{Chat: tt.chat}}
			followMenu(&tt.rec, e, &tt.res)
			require.Equal(t, tt.menu, tt.rec.Menu)
			require.Len(t, tt.res.Outputs, tt.outs)
		})
	}
}
