package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/session"
)

// passing are the classes of Redis' errors that go away: the call may be repeated.
var passing = [...]string{
	"OOM", "LOADING", "READONLY", "CLUSTERDOWN", "TRYAGAIN", "MASTERDOWN", "NOREPLICAS", "BUSY",
	"MISCONF", "MOVED", "ASK", "NOSCRIPT",
}

// callError is the error of a call. It keeps the class of an answer of Redis and drops its text,
// which may quote arguments.
func callError(op string, err error) error {
	var answer redis.Error
	if !errors.As(err, &answer) {
		return fmt.Errorf("redisstore: %s: %w: %w", op, session.ErrUnavailable, err)
	}
	text := answer.Error()
	name, _, _ := strings.Cut(text, " ")
	class := answerClass(name)
	if class == "ERR" && strings.HasPrefix(text, "ERR max number of clients") {
		return fmt.Errorf("redisstore: %s: %w: too many clients", op, session.ErrUnavailable)
	}
	for _, p := range passing {
		if name == p {
			return fmt.Errorf("redisstore: %s: %w: %w", op, session.ErrUnavailable, class)
		}
	}
	return fmt.Errorf("redisstore: %s: %w", op, class)
}

// answerClass is the first word of an error that Redis answered.
type answerClass string

func (c answerClass) Error() string { return "redis answered " + string(c) }

// isNetwork says that err came from the way to Redis and not from Redis.
func isNetwork(err error) bool {
	if err == nil {
		return false
	}
	var answer redis.Error
	return !errors.As(err, &answer) && !errors.Is(err, context.Canceled) && err != errUnmet
}

// badAnswer is the error for an answer that no script of this package gives.
func badAnswer(op string) error { return fmt.Errorf("redisstore: %s: malformed answer", op) }
