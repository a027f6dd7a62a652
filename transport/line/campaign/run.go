package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

// keyLife is how long a retry key is relied on after the first attempt. LINE remembers it for
// 24 hours; the rest is for clocks that differ and for the last attempt.
// https://developers.line.biz/en/reference/messaging-api/#retry-api-request
const keyLife = 24*time.Hour - 5*time.Minute

const sendPath = "/v2/bot/message/"

// noteTimeout ends the note of what became of a chunk, which is taken also when the context of the
// campaign has ended.
const noteTimeout = 15 * time.Second

// errForgotten says that LINE may have forgotten the retry key.
var errForgotten = errors.New("campaign: in doubt, and too late for another attempt")

// request is the body of a call.
type request struct {
	To                   []string        `json:"to,omitempty"`
	Messages             json.RawMessage `json:"messages"`
	Recipient            json.RawMessage `json:"recipient,omitempty"`
	Filter               json.RawMessage `json:"filter,omitempty"`
	Limit                *limit          `json:"limit,omitempty"`
	NotificationDisabled bool            `json:"notificationDisabled,omitempty"`
	Units                []string        `json:"customAggregationUnits,omitempty"`
}

// run is one run of a campaign: from opening its log to closing it.
type run struct {
	name, kind string
	channel    *line.Channel
	opt        Options
	log        Log
	lines      *slog.Logger
	request    request
	state      state
}

// start checks everything that can be checked before anything is sent, and reads the log. The
// caller closes the log.
func start(
	ctx context.Context, channel *line.Channel, ledger Ledger, name, kind string, q request,
	messages []transport.Message, opt Options,
) (*run, error) {
	if err := checkName(name); err != nil {
		return nil, err
	}
	var err error
	if q.Messages, err = marshal(messages); err != nil {
		return nil, err
	}
	q.NotificationDisabled = opt.NotificationDisabled
	r := &run{
		name: name, kind: kind, channel: channel, opt: opt, request: q,
		lines: opt.Logger.With("campaign", name, "kind", kind),
		state: state{seen: map[mark]struct{}{}},
	}
	content, err := json.Marshal(&q)
	if err != nil {
		return nil, fmt.Errorf("campaign: %s: %w", kind, err)
	}
	if r.log, err = ledger.Open(ctx, name); err != nil {
		return nil, err
	}
	if err := r.begin(ctx, fingerprint(content)); err != nil {
		_ = r.log.Close() // the first error says more
		return nil, err
	}
	return r, nil
}

func (r *run) begin(ctx context.Context, content string) error {
	if err := r.log.Read(ctx, r.state.read); err != nil {
		return err
	}
	if r.state.kind != "" && (r.state.kind != r.kind || r.state.content != content) {
		return ErrChanged
	}
	if err := r.checkQuota(ctx); err != nil {
		return err
	}
	r.lines.InfoContext(ctx, "campaign: start", "accepted", r.state.sent, "in_doubt", r.state.inDoubt())
	if r.state.kind != "" {
		return nil
	}
	return r.note(ctx, &record{Record: recBegin, Layout: layout, Kind: r.kind, Content: content})
}

// note appends a record and takes it in.
func (r *run) note(ctx context.Context, rec *record) error {
	b, err := json.Marshal(rec)
	if err != nil {
		return fmt.Errorf("campaign: record: %w", err)
	}
	if err := r.log.Append(ctx, b, rec.outcome()); err != nil {
		return err
	}
	if !r.state.apply(rec) {
		return fmt.Errorf("campaign: a %s record out of turn", rec.Record)
	}
	return nil
}

// unfinished sends what earlier runs left: the chunk that was under way, and those in doubt if
// they shall be sent again.
func (r *run) unfinished(ctx context.Context) error {
	if c := r.state.open; c != nil {
		if err := r.finish(ctx, c); err != nil {
			return err
		}
	}
	if !r.opt.ResendInDoubt {
		return nil
	}
	for _, c := range slices.Clone(r.state.doubts) {
		if err := r.resend(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// send sends the next chunk: first it is noted, then it is sent.
func (r *run) send(ctx context.Context, to []string) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if err := r.noteSend(ctx, r.state.last+1, to); err != nil {
		return err
	}
	r.state.open.doubt = false // nobody but this run has sent it
	return r.finish(ctx, r.state.open)
}

func (r *run) noteSend(ctx context.Context, n int, to []string) error {
	return r.note(ctx, &record{Record: recSend, Chunk: n, At: time.Now().UnixMilli(), To: to})
}

// resend gives a chunk in doubt another key life.
func (r *run) resend(ctx context.Context, c *chunk) error {
	if err := r.noteSend(ctx, c.n, c.to); err != nil {
		return err
	}
	return r.finish(ctx, r.state.open)
}

// finish sends the open chunk until its fate is known.
func (r *run) finish(ctx context.Context, c *chunk) error {
	a, err := r.attempts(ctx, c)
	if errors.Is(err, errForgotten) && r.opt.ResendInDoubt {
		return r.resend(ctx, c)
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTimeout)
	defer cancel()
	switch {
	case err == nil:
		return r.note(late, &record{Record: recAccepted, Chunk: c.n, Request: a})
	case errors.Is(err, errForgotten):
		r.lines.WarnContext(ctx, "campaign: in doubt", "chunk", c.n, "recipients", len(c.to))
		return r.note(late, &record{Record: recDoubt, Chunk: c.n})
	}
	failed := &ChunkError{Chunk: c.n, Recipients: slices.Clone(c.to), Err: err}
	if c.doubt {
		return failed // the same chunk is sent again, under the same key
	}
	return errors.Join(failed, r.note(late, &record{Record: recVoid, Chunk: c.n}))
}

// attempts sends a chunk until LINE has it, and returns LINE's id of the call that it accepted.
func (r *run) attempts(ctx context.Context, c *chunk) (string, error) {
	q := r.request
	q.To = c.to
	body, err := json.Marshal(&q)
	if err != nil {
		return "", fmt.Errorf("campaign: %s: %w", r.kind, err)
	}
	key := retryKey(r.name, r.kind, c.n, body)
	renewed := false
	for n := 0; ; n++ {
		if !time.Now().Before(c.at.Add(keyLife)) {
			return "", errForgotten
		}
		a, err := do(ctx, r.channel, http.MethodPost, sendPath+r.kind, key, body)
		switch {
		case err != nil:
			c.doubt = c.doubt || a == nil
		case a.ok():
			return a.request, nil
		case a.status == http.StatusConflict:
			return a.accepted, nil
		case a.status == http.StatusUnauthorized && !renewed:
			renewed = true // by now the channel may have another token
			continue
		default:
			c.doubt = c.doubt || a.acted()
			err = a.refusal
		}
		if a != nil && !a.passing() {
			return "", err
		}
		if err := r.wait(ctx, n, c.n, a, err); err != nil {
			return "", err
		}
	}
}

// wait waits after the nth failure.
func (r *run) wait(ctx context.Context, n, chunk int, a *answer, failure error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	d := delay(n, a)
	r.lines.WarnContext(ctx, "campaign: attempt failed", "chunk", chunk, "error", failure, "wait", d)
	return httpcall.Pause(ctx, d)
}
