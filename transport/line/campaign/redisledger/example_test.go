package redisledger_test

import (
	"context"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/transport/line/campaign/redisledger"
)

// Several bots share a Redis, each with its own ledgers. Without its ledger no campaign starts.
func Example() {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialerRetries: 1})
	defer client.Close()
	_, err := redisledger.New(context.Background(), client, &redisledger.Options{Namespace: "shop"})
	fmt.Println(err != nil)
	// Output: true
}
