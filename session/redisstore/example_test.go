package redisstore_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore"
)

// A bot keeps its sessions in Redis. If Redis cannot be reached it should not start.
func Example() {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1", MaxRetries: -1, DialerRetries: 1})
	defer client.Close()
	_, err := redisstore.New(context.Background(), client, &redisstore.Options{Namespace: "shop"})
	fmt.Println(errors.Is(err, session.ErrUnavailable))
	// Output: true
}
