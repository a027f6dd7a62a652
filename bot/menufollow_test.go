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
	own := flow.Result{Handled: true, Menu: "own", MenuSwitched: true}
	for _, tt := range []struct {
		name string
		chat transport.Chat
		rec  session.Record
		res  flow.Result
		menu string
		want menuSwitch
	}{
		{"entered", transport.ChatUser, session.Record{Flow: "f"}, flow.Result{Handled: true, Entered: true, Menu: "m"}, "m", menuSwitch{true, "m"}},
		{"entered in a group", transport.ChatGroup, session.Record{Flow: "f"}, flow.Result{Handled: true, Entered: true, Menu: "m"}, "", menuSwitch{}},
		{"own", transport.ChatUser, session.Record{Flow: "f"}, own, "own", menuSwitch{true, "own"}},
		{"own in a group", transport.ChatRoom, session.Record{Flow: "f"}, own, "", menuSwitch{}},
		{"own at the end", transport.ChatUser, session.Record{Menu: "m"}, own, "", menuSwitch{true, "own"}},
		{"end", transport.ChatUser, session.Record{Menu: "m"}, flow.Result{Handled: true}, "", menuSwitch{true, ""}},
		{"not handled", transport.ChatUser, session.Record{Flow: "f", Menu: "m"}, flow.Result{}, "m", menuSwitch{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := &transport.Event{Source: transport.Source{Chat: tt.chat}}
			require.Equal(t, tt.want, followMenu(&tt.rec, e, &tt.res))
			require.Equal(t, tt.menu, tt.rec.Menu)
		})
	}
}
