package memstore_test

import (
	"testing"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/memstore"
	"github.com/kaiwa-go/kaiwa/session/storetest"
)

func TestStore(t *testing.T) {
	for name, o := range map[string]*storetest.Options{
		"virtual time":          {Virtual: true},
		"a clock that is moved": {Virtual: true, Advance: time.Sleep},
		"real time":             nil,
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(*testing.T) session.Store { return memstore.New() }, o)
		})
	}
}
