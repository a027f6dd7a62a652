package campaign

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

const (
	firstPoll = time.Second
	maxPoll   = time.Minute
)

// Target says which friends a narrowcast goes to. The zero value is all of them.
// https://developers.line.biz/en/reference/messaging-api/#send-narrowcast-message
type Target struct {
	// Recipient and Filter are LINE's recipient and demographic filter objects: anything whose
	// JSON they are, such as a json.RawMessage, a map, or pointers to the types of LINE's SDK.
	// Nil leaves one out.
	Recipient, Filter any
	// Max is the largest number of users to send to, chosen at random. Zero is no limit.
	Max int
	// UpToRemainingQuota sends to as many users as there are messages left this month.
	UpToRemainingQuota bool
	// ForbidPartialDelivery, with UpToRemainingQuota, sends to all or nobody.
	ForbidPartialDelivery bool
}

type limit struct {
	Max                   int  `json:"max,omitempty"`
	UpToRemainingQuota    bool `json:"upToRemainingQuota,omitempty"`
	ForbidPartialDelivery bool `json:"forbidPartialDelivery,omitempty"`
}

// Progress is what LINE says of a narrowcast.
type Progress struct {
	// RequestID is LINE's id of the narrowcast, which audiences of those who saw it are made by.
	RequestID string `json:"requestId,omitempty"`
	// Phase is "waiting", "sending", "succeeded" or "failed".
	Phase string `json:"phase"`
	// Target, Success and Failure are numbers of users. LINE gives them when it is done.
	Target  int64 `json:"targetCount,omitempty"`
	Success int64 `json:"successCount,omitempty"`
	Failure int64 `json:"failureCount,omitempty"`
	// Code and Description say why the phase is "failed".
	Code        int    `json:"errorCode,omitempty"`
	Description string `json:"failedDescription,omitempty"`
}

// Narrowcast sends the messages to the friends that match the target, once, and waits until LINE
// has delivered them, which may take long. Run again under the same name, it goes on waiting, or
// returns how it ended. LINE tells the progress for 14 days. o may be nil.
//
// It returns what Multicast does, and a *NarrowcastError, with the progress, where LINE accepted
// the call and then did not deliver.
func Narrowcast(
	ctx context.Context, channel *line.Channel, ledger Ledger, name string, target Target,
	messages []transport.Message, o *Options,
) (Progress, error) {
	opt := o.orDefault()
	if opt.Unit != "" {
		return Progress{}, errUnit
	}
	q, err := target.request()
	if err != nil {
		return Progress{}, err
	}
	r, err := start(ctx, channel, ledger, name, "narrowcast", q, messages, opt)
	if err != nil {
		return Progress{}, err
	}
	var p Progress
	if err = r.once(ctx); err == nil && r.state.chunks > 0 {
		p, err = r.follow(ctx)
	}
	err = r.end(ctx, err)
	if err == nil && p.Phase == "failed" {
		err = &NarrowcastError{Code: p.Code, Description: p.Description}
	}
	return p, err
}

func (t *Target) request() (request, error) {
	var q request
	var err error
	if q.Recipient, err = object("Recipient", t.Recipient); err != nil {
		return q, err
	}
	if q.Filter, err = object("Filter", t.Filter); err != nil {
		return q, err
	}
	switch {
	case t.Max < 0:
		return q, errors.New("campaign: Max is negative")
	case t.ForbidPartialDelivery && !t.UpToRemainingQuota:
		return q, errors.New("campaign: ForbidPartialDelivery needs UpToRemainingQuota")
	}
	if l := (limit{t.Max, t.UpToRemainingQuota, t.ForbidPartialDelivery}); l != (limit{}) {
		q.Limit = &l
	}
	return q, nil
}

// object returns the JSON of a part of a target. The SDK writes values, unlike pointers, without
// their types.
func object(name string, v any) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("campaign: %s: %w", name, err)
	}
	var head struct {
		Type        string
		Demographic struct{ Type string }
	}
	if err := json.Unmarshal(b, &head); err != nil || b[0] != '{' {
		return nil, fmt.Errorf("campaign: %s is not a JSON object of LINE's", name)
	}
	if head.Type == "" && head.Demographic.Type == "" {
		return nil, fmt.Errorf("campaign: %s has no type: use pointers to the SDK's types", name)
	}
	return b, nil
}

// follow waits for the end of the narrowcast that was accepted.
func (r *run) follow(ctx context.Context) (Progress, error) {
	if r.state.progress != nil {
		return *r.state.progress, nil
	}
	id := r.state.request
	if id == "" {
		return Progress{}, errors.New("campaign: accepted, but LINE did not say under which request id")
	}
	p := Progress{RequestID: id}
	path := sendPath + "progress/narrowcast?requestId=" + url.QueryEscape(id)
	for d := firstPoll; ; d = min(d*3/2, maxPoll) {
		if err := r.get(ctx, path, &p); err != nil {
			return p, err
		}
		p.RequestID = id
		if p.Phase == "succeeded" || p.Phase == "failed" {
			return p, r.note(ctx, &record{Record: recDone, Progress: &p})
		}
		if err := httpcall.Pause(ctx, d); err != nil {
			return p, err
		}
	}
}

// get reads an answer of the API into v, and tries until it has one.
func (r *run) get(ctx context.Context, path string, v any) error {
	for n := 0; ; n++ {
		a, err := do(ctx, r.channel, http.MethodGet, path, "", nil)
		switch {
		case err != nil && a != nil && !a.passing():
			return err
		case err != nil:
		case a.ok():
			if json.Unmarshal(a.body, v) != nil {
				return errors.New("campaign: an answer that is not LINE's")
			}
			return nil
		case !a.passing():
			return fmt.Errorf("campaign: %w", a.refusal)
		default:
			err = a.refusal
		}
		if err := r.wait(ctx, n, 0, a, err); err != nil {
			return err
		}
	}
}
