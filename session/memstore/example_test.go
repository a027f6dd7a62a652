package memstore_test

import (
	"context"
	"fmt"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
)

// One event becomes one turn by two calls. The same event again changes nothing.
func ExampleStore() {
	ctx, store := context.Background(), memstore.New()
	begin := &session.BeginRequest{
		ID:    "session",
		Token: session.LeaseToken{1}, // drawn at random by a real caller
		Event: session.Event{ID: "event", Time: time.Now(), Body: []byte("hello")},
	}
	begun, err := store.Begin(ctx, begin)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: event %s, attempt %d\n", begun.Status, begun.Event.Body, begun.Attempt)

	done, err := store.Commit(ctx, &session.CommitRequest{
		ID: begin.ID, Token: begin.Token, Rev: begun.Rev, EventID: begun.Event.ID,
		State:   []byte("greeted"),
		Outputs: [][]byte{[]byte("hello yourself")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("committed: revision %d, deliver: %v\n", done.Rev, done.MayDeliver)

	begin.Token = session.LeaseToken{2}
	begun, err = store.Begin(ctx, begin)
	fmt.Println(begun.Status, err)
	// Output:
	// run: event hello, attempt 1
	// committed: revision 1, deliver: true
	// duplicate <nil>
}
