package main

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/session"
)

// replay has a bot replay all dead letters, as an operator does. Several processes may be asked at once.
func replay(b *bot.Bot) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for letter, err := range b.DeadLetters(r.Context()) {
			if err == nil {
				err = b.Replay(r.Context(), letter.ID)
			}
			if err != nil && !errors.Is(err, session.ErrNoDeadLetter) {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
		}
	}
}

// replayAll asks the bots to replay all dead letters, again and again until there is none. While it does
// and while the turns run, so many processes are killed.
func (s *stage) replayAll(kills int) {
	ctx, cancel := context.WithTimeout(s.life, time.Minute)
	defer cancel()
	var killing sync.WaitGroup
	defer killing.Wait()
	killing.Go(func() {
		for wait := 15 * time.Millisecond; kills > 0 && sleepUntil(ctx, time.Now().Add(wait)); wait = 100 * time.Millisecond {
			if s.fleet.signal(kills, sigkill) {
				kills--
			}
		}
	})
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	for {
		dead, err := s.deadLetters(ctx)
		if err == nil && len(dead) == 0 {
			return
		}
		if ctx.Err() != nil {
			s.fail("%d dead letters were not replayed: %v", len(dead), err)
			return
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+s.sender.target(ctx, s.users[0][0])+"/replay", nil)
		if err != nil {
			continue // no bot is ready
		}
		if res, err := client.Do(req); err == nil {
			_ = res.Body.Close()
		}
	}
}

// deadLetters are the ids of the events that are dead letters.
func (s *stage) deadLetters(ctx context.Context) (ids []string, err error) {
	err = s.redis.eachKey(ctx, s.namespace, func(c *redis.Client, key string) error {
		if !isDeadLetters(key) {
			return nil
		}
		more, err := readDeadLetters(ctx, c, key)
		ids = append(ids, more...)
		return err
	})
	return ids, err
}
