package line

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

const (
	// rateDelay is the wait after a 429 that names none.
	rateDelay = time.Second
	// maxDelay caps what a Retry-After may ask for.
	maxDelay = 5 * time.Minute
)

// Send makes one attempt to deliver d: a reply if there is a reply token and the window is
// open, else a push if d allows it, else a late reply. It makes a second call only where LINE
// refused the reply token for its age, or a push for the monthly limit while a late reply may
// still do; and where LINE refused some of the messages for good, for the others (SendError.Refused). The error is nil or a *transport.SendError, which wraps an *APIError if LINE answered.
// The receipt has the id of the last call that LINE answered. The switch of a menu links the rich
// menu with that alias to the user, or unlinks the one that is linked.
//
// A delivery of another account, as d.Source says, is refused without a call.
//
// LINE gives a reply no idempotency key, and refuses a token that was used in the same words as one
// that expired. TOKENS.md is the table of what a refusal means, with a test for each row.
//
// What the monthly limit keeps from being sent is dropped at once. If it waited, the free replies behind it
// would wait too. The bot keeps it as a dead letter, which can be replayed when the limit is raised, or when
// a narrowcast has ended that had the rest of the month reserved.
func (c *Channel) Send(ctx context.Context, d *transport.Delivery) (transport.Receipt, error) {
	if d.Source.Channel != c.name {
		return transport.Receipt{}, &transport.SendError{Disposition: transport.Retry, Err: errElsewhere}
	}
	a := attempt{Channel: c, d: d}
	err := a.send(ctx)
	return a.receipt, err
}

// attempt is one call of Send.
type attempt struct {
	*Channel
	d       *transport.Delivery
	receipt transport.Receipt
}

func (c *attempt) send(ctx context.Context) error {
	d := c.d
	if d.SwitchMenu {
		return c.switchMenu(ctx)
	}
	if n := len(d.Messages); n < 2 || d.Messages[0] != '[' || d.Messages[n-1] != ']' {
		return &transport.SendError{Disposition: transport.Drop, Err: errMessages}
	}
	may := c.mayPush(d) // once: it may change meanwhile
	err := c.deliver(ctx, may)
	if err != nil {
		err = c.salvage(ctx, may, err)
	}
	return err
}

// deliver sends the messages of the delivery, all or none.
func (c *attempt) deliver(ctx context.Context, mayPush bool) error {
	if c.d.ReplyToken != "" && (c.ReplyWindow(c.d) > 0 || !mayPush) {
		return c.reply(ctx, mayPush) // LINE may take a late token too, and takes none twice
	}
	return c.pushLate(ctx, mayPush, errNoRoute)
}

func (c *attempt) reply(ctx context.Context, mayPush bool) error {
	d := c.d
	start := c.now()
	a, err := c.call(ctx, &c.api.reply, d.ReplyToken)
	switch {
	case err != nil:
		return failed(err)
	case a.ok():
		return nil
	case a.cut:
		return &transport.SendError{Disposition: transport.Retry, Err: httpcall.ErrCut}
	}
	refusal := newAPIError(a)
	if !refusal.usedReplyToken() {
		return c.refused(a, refusal)
	}
	if took := c.now().Sub(start); took >= c.ReplyWindow(d) {
		return c.pushLate(ctx, mayPush, refusal)
	}
	if c.mayHave() {
		c.log.LogAttrs(ctx, slog.LevelInfo, "line: reply assumed delivered by an earlier attempt",
			slog.Bool("retried", d.Retried), slog.String("request", a.requestID))
		return nil
	}
	c.log.LogAttrs(ctx, slog.LevelWarn, "line: reply token used by somebody else", slog.String("request", a.requestID))
	err = c.pushLate(ctx, mayPush, refusal)
	var se *transport.SendError
	if errors.As(err, &se) {
		se.TokenSpent = true
	}
	return err
}

// replyReach is how long after an event its reply token is used, however late the webhook brought it.
// LINE takes it for 20 minutes; one of them is for clocks that differ.
const replyReach = 19 * time.Minute

// ReplyWindow returns for how much longer LINE takes the reply token of d: Options.ReplyWindow from
// the webhook on, and not beyond 20 minutes after the event, as a redelivery may come hours later.
// Until then a token that LINE refuses was used by somebody. Zero or less means that it is over.
func (c *Channel) ReplyWindow(d *transport.Delivery) time.Duration {
	return min(c.window-d.Age, replyReach-d.EventAge)
}

// mayHave reports whether an attempt before this one may have got through: of this process, of one that
// died, or of another while this one was frozen.
func (c *attempt) mayHave() bool { return c.d.Retried || !c.now().Before(c.d.SoleUntil) }

// mayPush reports whether d may cost quota.
func (c *Channel) mayPush(d *transport.Delivery) bool {
	return d.PushOK && !c.repliesOnly && (d.ReplyToken == "" || c.guard.allows())
}

// pushLate pushes what cannot go out as a reply, for the cause given.
func (c *attempt) pushLate(ctx context.Context, mayPush bool, cause error) error {
	d := c.d
	// What was late already when its turn left it was never a reply, if it may be pushed.
	triedReply := !mayPush || c.ReplyWindow(d)+d.Waited > 0
	doubt := d.ReplyToken != "" && triedReply && c.mayHave()
	if mayPush && d.Source.ChatID != "" {
		if doubt {
			c.log.LogAttrs(ctx, slog.LevelInfo, "line: pushing a reply of unknown fate")
		}
		err := c.push(ctx)
		c.receipt.MayRepeat = doubt && c.receipt.Pushed
		if d.ReplyToken != "" && cause == errNoRoute && limited(err) {
			return c.replyInstead(ctx, err)
		}
		return err
	}
	if doubt {
		return &transport.SendError{Disposition: transport.Ambiguous, Err: cause}
	}
	return &transport.SendError{Disposition: transport.Drop, Err: cause}
}

// replyInstead replies where a push met the monthly limit: LINE may take a late token still. If it does
// not, what counts is the refusal of the push.
func (c *attempt) replyInstead(ctx context.Context, refused error) error {
	pushed := c.receipt
	err := c.reply(ctx, false)
	var se *transport.SendError
	if errors.As(err, &se) && (se.Disposition == transport.Drop || se.Disposition == transport.Ambiguous) {
		c.receipt = pushed
		return refused
	}
	return err
}

func limited(err error) bool {
	var refusal *APIError
	return errors.As(err, &refusal) && refusal.MonthlyLimit()
}

func (c *attempt) push(ctx context.Context) error {
	d := c.d
	a, err := c.call(ctx, &c.api.push, d.Source.ChatID)
	switch {
	case err != nil:
		return failed(err)
	case a.ok():
		c.guard.pushed()
		return nil
	case a.status == http.StatusConflict:
		c.log.LogAttrs(ctx, slog.LevelInfo, "line: push accepted at an earlier attempt",
			slog.String("request", a.requestID), slog.String("accepted", a.acceptedRequestID))
		return nil
	case a.cut:
		return &transport.SendError{Disposition: transport.Retry, Err: httpcall.ErrCut}
	default:
		return c.refused(a, newAPIError(a))
	}
}

// failed says what to do after a call that got no answer, or was not made.
func failed(err error) error {
	var noToken *tokenError
	if errors.As(err, &noToken) && noToken.lasting() {
		return &transport.SendError{Disposition: transport.Hold, Err: err}
	}
	var paced *paceError
	if errors.As(err, &paced) {
		return &transport.SendError{Disposition: transport.Retry, After: paced.wait, Err: err}
	}
	return &transport.SendError{Disposition: transport.Retry, Err: err}
}

// refused says what to do after a refusal that is the same for replies and pushes.
func (c *Channel) refused(a *answer, e *APIError) error {
	out := &transport.SendError{Disposition: transport.Drop, Err: e}
	switch {
	case e.Status == http.StatusUnauthorized:
		out.Disposition = transport.Hold
	case e.MonthlyLimit():
	case e.Status == http.StatusTooManyRequests:
		out.Disposition, out.After = transport.Retry, retryAfter(a.retryAfter, c.now(), rateDelay)
	case e.Status >= 500 || e.Status == http.StatusRequestTimeout:
		out.Disposition, out.After = transport.Retry, retryAfter(a.retryAfter, c.now(), 0)
	case e.Status < 400:
		out.Disposition, out.Err = transport.Retry, errRedirects
	}
	return out
}

// call makes one API call and logs it.
func (c *attempt) call(ctx context.Context, t *target, to string) (*answer, error) {
	l := c.rates.reply
	if t.keyed {
		l = c.rates.push
	}
	if wait, err := pace(ctx, l, c.timeout); err != nil || wait > 0 {
		return nil, &paceError{wait, err}
	}
	a, err := c.api.call(ctx, t, to, c.d)
	if err == nil {
		c.receipt = transport.Receipt{RequestID: a.requestID, Pushed: t == &c.api.push}
	}
	if c.log.Enabled(ctx, slog.LevelDebug) {
		attrs := []slog.Attr{slog.String("call", t.name), slog.Int("bytes", len(c.d.Messages))}
		if err == nil {
			attrs = append(attrs, slog.Int("status", a.status), slog.String("request", a.requestID))
		} else {
			attrs = append(attrs, slog.Any("error", err))
		}
		c.log.LogAttrs(ctx, slog.LevelDebug, "line: API call", attrs...)
	}
	return a, err
}

// retryAfter reads a Retry-After header: seconds or a date. LINE documents none, so a value
// that makes no sense is the default.
func retryAfter(header string, now time.Time, def time.Duration) time.Duration {
	header = strings.TrimSpace(header)
	wait := time.Duration(0)
	if n, err := strconv.ParseUint(header, 10, 64); err == nil {
		wait = time.Duration(min(n, uint64(maxDelay/time.Second))) * time.Second
	} else if t, err := http.ParseTime(header); err == nil {
		wait = min(t.Sub(now), maxDelay)
	}
	if wait <= 0 {
		return def
	}
	return wait
}
