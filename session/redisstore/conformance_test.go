package redisstore

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
	"github.com/kaiwa-go/kaiwa/session/storetest"
)

func TestStandaloneKeepsTheContract(t *testing.T) {
	t.Parallel()
	client := redistest.StartServer(t, nil).Client()
	conform(t, &conformance{client: client, sequences: 120})
}

func TestSentinelKeepsTheContract(t *testing.T) {
	t.Parallel()
	conform(t, &conformance{client: redistest.StartSentinel(t).Client(), sequences: 20})
}

// A Cluster takes two seconds to start, so these tests share one.
func TestOnCluster(t *testing.T) {
	t.Parallel()
	client := redistest.StartCluster(t, 3).Client()
	for name, test := range map[string]func(*testing.T, redis.UniversalClient){
		"keeps the contract": func(t *testing.T, c redis.UniversalClient) {
			conform(t, &conformance{client: c, sequences: 20})
		},
		"scripts that were flushed": scriptsFlushed,
		"letters by page":           lettersByPage,
		"due is fair and bounded":   dueIsFair,
		"due of many accounts":      dueOfManyAccounts,
		"clock that is moved":       clockIsMoved,
		"a session is described":    describesSession,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, client)
		})
	}
}

// conformance is a run of the suite, each check in a namespace of its own.
type conformance struct {
	client    redis.UniversalClient
	admin     redis.UniversalClient // moves the clock; nil for the client itself
	options   Options
	sequences int
}

// conform runs the suite on a clock that is moved: nothing waits. Calls have a minute, for the machine may be busy.
func conform(t *testing.T, c *conformance) {
	var moved *clock
	admin := c.admin
	if admin == nil {
		admin = c.client
	}
	newStore := func(t *testing.T) session.Store {
		o := c.options
		o.Namespace, o.Timeout = redistest.Namespace(t, admin), time.Minute
		s := newStore(t, c.client, &o)
		moved = newClock(t, admin, s)
		return s
	}
	advance := func(d time.Duration) { moved.advance(d) }
	storetest.Run(t, newStore, &storetest.Options{Sequences: c.sequences, Advance: advance})
}
