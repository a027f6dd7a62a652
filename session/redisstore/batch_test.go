package redisstore

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/session/redisstore/redistest"
)

// wire counts what the client sends, and can hold it up.
type wire struct {
	single, pipes, piped atomic.Int32
	gate                 atomic.Pointer[chan struct{}] // while set, nothing goes out until it is closed
	held                 chan struct{}                 // gets one for each that was held up
}

func newWire(c redis.UniversalClient) *wire {
	w := &wire{held: make(chan struct{}, 1000)}
	c.AddHook(w)
	return w
}

func (w *wire) close() (open func()) {
	gate := make(chan struct{})
	w.gate.Store(&gate)
	return func() {
		w.gate.Store(nil)
		close(gate)
	}
}

func (w *wire) pass() {
	if gate := w.gate.Load(); gate != nil {
		w.held <- struct{}{}
		<-*gate
	}
}

func (w *wire) DialHook(next redis.DialHook) redis.DialHook { return next }

func (w *wire) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if cmd.Name() != "hello" { // of a new connection
			w.single.Add(1)
			w.pass()
		}
		return next(ctx, cmd)
	}
}

func (w *wire) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if cmds[0].Name() == "evalsha" {
			w.pipes.Add(1)
			w.piped.Add(int32(len(cmds)))
			w.pass()
		}
		return next(ctx, cmds)
	}
}

// A turn takes two round trips, whatever is in it. If an event comes while it runs, Begin of that event takes one
// more, and so does the commit of the turn: the short scripts leave such a session alone.
func TestTurnTakesTwoRoundTrips(t *testing.T) {
	t.Parallel()
	client := redistest.Start(t)
	s := newStore(t, client, nil)
	w := newWire(client)
	id := sessionID(1)
	trips := func() int32 { return w.single.Swap(0) + w.pipes.Swap(0) }
	b := mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(1), Event: event("e1", 1)})
	require.EqualValues(t, 1, trips())
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(2), Event: event("e2", 2)})
	require.EqualValues(t, 2, trips(), "an event that waits")
	c := mustCommit(t, s, &session.CommitRequest{
		ID: id, Token: token(1), Rev: b.Rev, EventID: "e1", Memo: b.Memo, State: []byte("s"), Due: time.Now(),
		Outputs: [][]byte{[]byte("o1"), []byte("o2")}, Done: session.MakeSeq(9, 9), Dead: "why",
	})
	require.Equal(t, "e2", c.Next.ID)
	require.EqualValues(t, 1, trips(), "with all there is, and the next event handed over")
	mustCommit(t, s, &session.CommitRequest{ID: id, Token: token(1), Rev: c.Rev, EventID: "e2"})
	require.EqualValues(t, 1, trips())
	b = mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(3), Event: event("e3", 3), Done: session.MakeSeq(9, 9)})
	require.EqualValues(t, 1, trips())
	mustBegin(t, s, &session.BeginRequest{ID: id, Token: token(4), Event: event("e4", 4)})
	require.EqualValues(t, 2, trips())
	mustCommit(t, s, &session.CommitRequest{ID: id, Token: token(3), Rev: b.Rev, EventID: "e3", Memo: b.Memo})
	require.EqualValues(t, 2, trips(), "an event came meanwhile")
	_, _, err := s.Due(context.Background(), ours, 10, 0)
	require.NoError(t, err)
	require.EqualValues(t, 1, trips(), "Due over all partitions")
}

func TestCallsThatCameMeanwhileGoTogether(t *testing.T) {
	t.Parallel()
	client := redistest.Start(t)
	s := newStore(t, client, &Options{Timeout: time.Minute, flushers: 1})
	w := newWire(client)
	open := w.close()
	var wg sync.WaitGroup
	begin := func(i int) {
		wg.Go(func() {
			b, err := s.Begin(context.Background(), &session.BeginRequest{
				ID: sessionID(i), Token: benchToken(i), Event: event(fmt.Sprint("e", i), i),
			})
			if err != nil || b.Status != session.Run || b.Event.ID != fmt.Sprint("e", i) {
				t.Errorf("begin %d: %v %v %v", i, b.Status, b.Event.ID, err)
			}
		})
	}
	begin(0)
	<-w.held // a lone call goes out at once
	for i := 1; i <= 300; i++ {
		begin(i)
	}
	require.Eventually(t, func() bool { return s.batch.waiting() == 300 }, time.Minute, time.Millisecond)
	open()
	wg.Wait()
	require.EqualValues(t, 1, w.single.Load())
	require.EqualValues(t, 2, w.pipes.Load(), "300 calls are two batches")
	require.EqualValues(t, 256/maxMerged+2, w.piped.Load(), "calls of the short way are merged")
	require.Zero(t, s.batch.waiting())
	require.Eventually(t, func() bool { return s.batch.flushing() == 0 }, time.Minute, time.Millisecond)
}

func (b *batcher) waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, q := range b.queues {
		n += len(q.calls)
	}
	return n
}

func (b *batcher) flushing() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, q := range b.queues {
		n += q.busy
	}
	return n
}

func TestLargeCallsAreNotHeapedUp(t *testing.T) {
	t.Parallel()
	b, q := &batcher{}, &queue{}
	for range 20 {
		q.calls = append(q.calls, &call{request: make([]byte, maxBatchBytes/4)})
	}
	var sizes []int
	for len(q.calls) > 0 {
		sizes = append(sizes, len(b.take(q, nil)))
	}
	require.Equal(t, []int{4, 4, 4, 4, 4}, sizes)
}

// A caller that is gone by the time its call would go out is not acted for.
func TestCallThatWasGivenUpIsNotSent(t *testing.T) {
	t.Parallel()
	client := redistest.Start(t)
	s := newStore(t, client, &Options{Timeout: time.Minute, flushers: 1})
	w := newWire(client)
	open := w.close()
	first := make(chan error, 1)
	go func() {
		_, err := s.Begin(context.Background(), &session.BeginRequest{ID: sessionID(1), Token: token(1)})
		first <- err
	}()
	<-w.held
	ctx, cancel := context.WithCancel(context.Background())
	second := make(chan error, 1)
	go func() {
		_, err := s.Begin(ctx, &session.BeginRequest{ID: sessionID(2), Token: token(2), Event: event("e", 1)})
		second <- err
	}()
	require.Eventually(t, func() bool { return s.batch.waiting() == 1 }, time.Minute, time.Millisecond)
	cancel()
	err := <-second
	require.ErrorIs(t, err, session.ErrUnavailable)
	require.ErrorIs(t, err, context.Canceled)
	open()
	require.NoError(t, <-first)
	require.Eventually(t, func() bool { return s.batch.flushing() == 0 }, time.Minute, time.Millisecond)
	require.EqualValues(t, 1, w.single.Load())
	require.Empty(t, s.value(t, sessionID(2)))
	_, err = s.Begin(ctx, &session.BeginRequest{ID: sessionID(2), Token: token(2), Event: event("e", 1)})
	require.ErrorIs(t, err, context.Canceled)
	_, _, err = s.Due(ctx, ours, 1, 0)
	require.ErrorIs(t, err, session.ErrUnavailable)
}

// The client may hang for longer than a caller waits: the caller does not, and those that come
// after the fault do not wait behind those that hang.
func TestClientThatHangs(t *testing.T) {
	t.Parallel()
	client := redistest.Start(t)
	s := newStore(t, client, &Options{Timeout: 50 * time.Millisecond})
	w := newWire(client)
	open := w.close()
	for i := range 3 * defaultFlushers {
		_, err := s.Begin(context.Background(), &session.BeginRequest{ID: sessionID(i), Token: token(1)})
		require.ErrorIs(t, err, session.ErrUnavailable)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.True(t, err.Error() == "redisstore: begin: session: store unavailable: context deadline exceeded", err)
	}
	w.gate.Store(nil) // what comes from now on passes; what hangs goes on hanging
	require.Eventually(t, func() bool {
		_, err := s.Begin(context.Background(), &session.BeginRequest{ID: sessionID(9), Token: token(9)})
		return err == nil
	}, time.Minute, time.Millisecond)
	open()
	require.Eventually(t, func() bool { return s.batch.flushing() == 0 }, time.Minute, time.Millisecond)
}

func TestCallIsUsedAgainOnlyWhenEmpty(t *testing.T) {
	t.Parallel()
	c := newCall()
	c.request = append(c.request, make([]byte, keepRequest+1)...)
	c.cut()
	c.seal(&script{name: "x", sha: "y"}, "k1", "k2")
	require.Len(t, c.args, 3+2+2)
	c.taken, c.givenUp = true, true
	c.reset()
	require.Nil(t, c.request, "large buffers are not kept")
	require.Empty(t, c.args)
	require.Empty(t, c.cuts)
	require.Equal(t, [6]string{}, c.keys)
	require.False(t, c.taken || c.givenUp)
}
