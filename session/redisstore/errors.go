package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/session"
)

// passing are the classes of Redis' errors that pass by themselves: the call may be repeated, and its
// error wraps session.ErrUnavailable. An error that is not listed, such as WRONGTYPE, will stay. meaning, in
// check.go, has words for most of them. Of the others
//
//	TRYAGAIN, ASK, MOVED  come from a Cluster in which a slot is on its way to another node, or arrived
//	MASTERDOWN            comes from a replica that has lost its master
var passing = [...]string{
	"OOM", "LOADING", "READONLY", "CLUSTERDOWN", "TRYAGAIN", "MASTERDOWN", "NOREPLICAS", "BUSY",
	"MISCONF", "MOVED", "ASK", "NOSCRIPT",
}

// callError makes the error of a call. Of an error that Redis answered it keeps the class alone: the
// text may quote arguments, and with them what users wrote. For example
//
//	OOM command not allowed when used memory > 'maxmemory'. script: 6f3..., on @user_script:1.
//
// becomes "redisstore: begin: session: store unavailable: redis answered OOM".
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

// answerClass is the first word of an error that Redis answered, such as OOM or READONLY.
type answerClass string

// Error implements error.
func (c answerClass) Error() string { return "redis answered " + string(c) }

// isNetwork says whether err came from the way to Redis: a connection that was refused or broke, or a
// timeout. It is false for what Redis answered, for a caller that gave up, for errUnmet and errDemoted.
func isNetwork(err error) bool {
	if err == nil {
		return false
	}
	var answer redis.Error
	return !errors.As(err, &answer) && !errors.Is(err, context.Canceled) && err != errUnmet && err != errDemoted
}

// passesSoon says whether err is what a Cluster answers for a short time while it changes: a slot is on its way
// to another node (TRYAGAIN, ASK) or has arrived there (MOVED), or no replica has taken the place of a dead
// master yet (CLUSTERDOWN, which all nodes answer, unless cluster-require-full-coverage is no).
func passesSoon(err error) bool {
	if err == nil {
		return false
	}
	for _, class := range [...]string{"MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN"} {
		if redis.HasErrorPrefix(err, class) {
			return true
		}
	}
	return false
}

// badAnswer is the error for an answer that no script of this package gives.
func badAnswer(op string) error { return fmt.Errorf("redisstore: %s: malformed answer", op) }
