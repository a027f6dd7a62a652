package bot

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/flow"
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
		rec  record
		res  flow.Result
		menu string
		want menuSwitch
	}{
		{"entered", transport.ChatUser, record{conversation: conversation{flow: "f"}}, flow.Result{Handled: true, Entered: true, Menu: "m"}, "m", menuSwitch{true, "m"}},
		{"entered in a group", transport.ChatGroup, record{conversation: conversation{flow: "f"}}, flow.Result{Handled: true, Entered: true, Menu: "m"}, "", menuSwitch{}},
		{"own", transport.ChatUser, record{conversation: conversation{flow: "f"}}, own, "own", menuSwitch{true, "own"}},
		{"own in a group", transport.ChatRoom, record{conversation: conversation{flow: "f"}}, own, "", menuSwitch{}},
		{"own at the end", transport.ChatUser, record{menu: "m"}, own, "", menuSwitch{true, "own"}},
		{"end", transport.ChatUser, record{menu: "m"}, flow.Result{Handled: true}, "", menuSwitch{true, ""}},
		{"not handled", transport.ChatUser, record{conversation: conversation{flow: "f"}, menu: "m"}, flow.Result{}, "m", menuSwitch{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := &transport.Event{Source: transport.Source{Chat: tt.chat}}
			rec, got := followMenu(tt.rec, e, &tt.res, tt.res.Entered)
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.menu, rec.menu)
		})
	}
}
