package main

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

var state = strings.Repeat("s", 200)

const (
	taskType  = "remind"
	stateKey  = "state:"
	scheduled = "asynq:{default}:scheduled" // where asynq keeps what is to come
)

// fillAsynq schedules n tasks, each with the name of its state. A time that is past is set afterwards: asynq
// would not schedule such a task, but have it pending at once.
func fillAsynq(addr string, n int, due time.Time) error {
	ctx := context.Background()
	rdb := redis.NewClient(&redis.Options{Addr: addr, PoolSize: 64})
	defer rdb.Close()
	client := asynq.NewClientFromRedisClient(rdb)
	at := due
	if due.Before(time.Now()) {
		at = time.Now().Add(time.Hour)
	}
	err := parallel(n, func(i int) error {
		name := stateKey + strconv.Itoa(i)
		if err := rdb.Set(ctx, name, state, 0).Err(); err != nil {
			return err
		}
		_, err := client.Enqueue(asynq.NewTask(taskType, []byte(name)), asynq.ProcessAt(at))
		return err
	})
	if err != nil || at.Equal(due) {
		return err
	}
	ids, err := rdb.ZRange(ctx, scheduled, 0, -1).Result()
	if err != nil {
		return err
	}
	_, err = rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, id := range ids {
			p.ZAdd(ctx, scheduled, redis.Z{Score: float64(due.Unix()), Member: id})
		}
		return nil
	})
	return err
}

// newAsynq returns a server that is to be started.
func newAsynq(addr string, withState bool, t *tally) (func() (func(), error), error) {
	rdb := redis.NewClient(&redis.Options{Addr: addr})
	srv := asynq.NewServerFromRedisClient(rdb, asynq.Config{
		Concurrency: concurrency, DelayedTaskCheckInterval: 10 * time.Millisecond, LogLevel: asynq.FatalLevel,
	})
	handler := func(ctx context.Context, task *asynq.Task) error {
		time.Sleep(t.slow)
		if withState {
			key := string(task.Payload())
			old, err := rdb.Get(ctx, key).Bytes()
			if err == nil {
				err = rdb.Set(ctx, key, old, 0).Err()
			}
			if err != nil {
				return err
			}
		}
		t.add()
		return nil
	}
	return func() (func(), error) {
		return srv.Shutdown, srv.Start(asynq.HandlerFunc(handler))
	}, rdb.Ping(context.Background()).Err()
}

// parallel calls f for each number below n, 64 of them at once, and returns the first error.
func parallel(n int, f func(i int) error) error {
	var all sync.WaitGroup
	errs := make(chan error, 64)
	for from := range 64 {
		all.Go(func() {
			for i := from; i < n; i += 64 {
				if err := f(i); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(errs)
	return <-errs
}
