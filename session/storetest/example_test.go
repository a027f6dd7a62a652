package storetest_test

import (
	"testing"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/session/storetest"
)

// The whole test of a store. A store that keeps time by a server's clock passes nil options.
func ExampleRun() {
	testStore := func(t *testing.T) {
		newStore := func(*testing.T) session.Store { return memstore.New() }
		storetest.Run(t, newStore, &storetest.Options{Virtual: true})
	}
	_ = testStore // go test calls it, by the name of TestStore
	// Output:
}
