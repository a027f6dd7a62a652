package session_test

import (
	"fmt"
	"time"

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

func ExampleRecord() {
	r := session.Record{
		Flow: "booking", State: "ask_party", Mark: "aB3-x", Data: []byte(`{"name":"Sato"}`),
		Source: transport.Source{Chat: transport.ChatUser, ChatID: "U1", UserID: "U1"},
		Timers: []session.Timer{{Name: "after 15m0s", Due: time.UnixMilli(1_900_000_000_000)}},
	}
	packed := r.Append(nil)

	var again session.Record
	if err := again.Unmarshal(packed); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(again.Flow, again.State, string(again.Data))
	fmt.Println(again.Timers[0].Name, "at", again.Due().UTC().Format(time.DateTime))
	// Output:
	// booking ask_party {"name":"Sato"}
	// after 15m0s at 2030-03-17 17:46:40
}
