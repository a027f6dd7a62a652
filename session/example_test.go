package session_test

import (
	"fmt"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

func ExampleKeyOf() {
	src := transport.Source{Chat: transport.ChatGroup, ChatID: "C1", UserID: "U1"}
	for _, scope := range []session.Scope{session.PerMember, session.PerChat, session.PerUser} {
		key, _ := session.KeyOf(src, scope)
		fmt.Printf("chat %s, user %q\n", key.ChatID, key.UserID)
	}
	// Output:
	// chat C1, user "U1"
	// chat C1, user ""
	// chat U1, user ""
}
