package line

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

const (
	// quotaEvery is how often the guard asks LINE, and quotaTimeout how long that may take.
	quotaEvery   = 5 * time.Minute
	quotaTimeout = 5 * time.Second
)

// Quota is how many messages the account may still send this month. Replies are not counted; a
// push counts once for each person that it reaches.
type Quota struct {
	// Limited says that there is a limit.
	Limited bool
	// Limit is how many the month has, and Used about how many are gone.
	Limit, Used int64
}

// Left is how many are left: very many where there is no limit.
func (q Quota) Left() int64 {
	if !q.Limited {
		return math.MaxInt64
	}
	return max(q.Limit-q.Used, 0)
}

// Quota asks LINE. Errors: a *APIError, that of the token source, of the network, or of ctx.
// https://developers.line.biz/en/reference/messaging-api/#get-quota
func (c *Channel) Quota(ctx context.Context) (Quota, error) {
	var limit struct {
		Type  string `json:"type"`
		Value int64  `json:"value"`
	}
	if err := c.get(ctx, "v2/bot/message/quota", &limit); err != nil {
		return Quota{}, err
	}
	var used struct {
		Total int64 `json:"totalUsage"`
	}
	if err := c.get(ctx, "v2/bot/message/quota/consumption", &used); err != nil {
		return Quota{}, err
	}
	return Quota{Limited: limit.Type == "limited", Limit: limit.Value, Used: used.Total}, nil
}

// get reads a small answer in JSON.
func (c *Channel) get(ctx context.Context, path string, into any) error {
	resp, err := c.request(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	body, err := httpcall.Body(resp)
	if err != nil {
		return err
	}
	if json.Unmarshal(body, into) != nil {
		return errors.New("line: malformed answer")
	}
	return nil
}

// guard keeps the last messages of the month for what cannot be sent in another way.
type guard struct {
	reserve int64
	ask     func(context.Context) (Quota, error)
	log     *slog.Logger
	now     func() time.Time

	left   atomic.Int64
	next   atomic.Int64 // when to ask, in Unix nanoseconds
	asking atomic.Bool
	low    atomic.Bool
}

func newGuard(c *Channel, reserve int64) *guard {
	g := &guard{reserve: reserve, ask: c.Quota, log: c.log, now: c.now}
	g.left.Store(math.MaxInt64)
	return g
}

// allows reports whether a push may be made that is not the only way. It asks LINE now and then,
// in the background; until the first answer it allows all.
func (g *guard) allows() bool {
	if g.reserve <= 0 {
		return true
	}
	if g.now().UnixNano() >= g.next.Load() && g.asking.CompareAndSwap(false, true) {
		go g.refresh()
	}
	return g.left.Load() > g.reserve
}

// pushed counts a push until LINE is asked again.
func (g *guard) pushed() {
	if g.reserve > 0 && g.left.Load() != math.MaxInt64 {
		g.left.Add(-1)
	}
}

func (g *guard) refresh() {
	defer g.asking.Store(false)
	ctx, cancel := context.WithTimeout(context.Background(), quotaTimeout)
	defer cancel()
	q, err := g.ask(ctx)
	g.next.Store(g.now().Add(quotaEvery).UnixNano())
	if err != nil {
		g.log.LogAttrs(ctx, slog.LevelWarn, "line: quota not known", slog.Any("error", err))
		return
	}
	g.left.Store(q.Left())
	low := q.Left() <= g.reserve
	if was := g.low.Swap(low); low && !was {
		g.log.LogAttrs(ctx, slog.LevelWarn, "line: few messages of the month are left",
			slog.Int64("left", q.Left()), slog.Int64("limit", q.Limit))
	}
}
