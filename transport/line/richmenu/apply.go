package richmenu

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/sdk"
)

// Options change how Apply sets menus up, and how Replace moves users. The zero value holds the
// defaults.
type Options struct {
	// Owner tells declarations apart that share an account: each sees its own menus alone. It is
	// written like an alias. The default is "main".
	Owner string
	// DryRun changes nothing. Apply returns what there is to change, Replace if LINE would do it.
	DryRun bool
	// Wait is how long to wait for LINE to move users from old menus. The default is a minute.
	Wait time.Duration

	poll time.Duration // the first wait of a move; shorter in tests
}

// maxRounds is how often Apply looks at what LINE has and changes it. One round does it all, and
// another finds nothing left, unless another set-up is at work.
const maxRounds = 5

var errUnrest = errors.New("richmenu: another set-up of the same owner is changing the menus")

// setup is one call of Apply.
type setup struct {
	ctx   context.Context
	ch    *line.Channel
	menus []wanted
	owner string
	wait  time.Duration
	poll  time.Duration

	made []made          // by this call
	gone map[string]bool // deleted by this call, by id
}

func newSetup(ctx context.Context, ch *line.Channel, o *Options) *setup {
	if o == nil {
		o = &Options{}
	}
	s := &setup{ctx: ctx, ch: ch, owner: o.Owner, wait: o.Wait, poll: o.poll, gone: map[string]bool{}}
	if s.owner == "" {
		s.owner = "main"
	}
	if s.wait <= 0 {
		s.wait = time.Minute
	}
	if s.poll <= 0 {
		s.poll = time.Second
	}
	return s
}

// Apply brings the rich menus of the channel's account to what is declared: see the package
// documentation. It returns the changes that it made, also with an error, or with
// Options.DryRun those that it would make. o may be nil.
//
// A declaration without faults is made known to the channel first (line.Channel.DeclareMenus),
// whatever becomes of the calls.
//
// The error is of the declaration, with *line.LimitError values in it; ErrAliasTaken;
// ErrUnfinished; or that of a call, with a *line.APIError if LINE refused it.
func Apply(ctx context.Context, ch *line.Channel, menus []Menu, o *Options) ([]Change, error) {
	if o == nil {
		o = &Options{}
	}
	checked, err := prepare(menus)
	if err != nil {
		return nil, err
	}
	s := newSetup(ctx, ch, o)
	s.menus = checked
	if transport.CheckMenuName(s.owner) != nil {
		return nil, errors.New("richmenu: the owner is not up to 32 of a-z, 0-9, _ and -")
	}
	for _, m := range menus {
		ch.DeclareMenus(m.Alias)
	}
	return s.run(o.DryRun)
}

func (s *setup) run(dry bool) (done []Change, err error) {
	failedAt := ""
	for range maxRounds {
		st, err := s.read()
		if err != nil {
			return done, err
		}
		changes, current, err := s.plan(st)
		if err != nil || dry || len(changes) == 0 {
			return append(done, changes...), err
		}
		n, err := s.carryOut(st, changes, current)
		done = append(done, changes[:n]...)
		if err == nil {
			continue
		}
		if !overtaken(err) || changes[n].String() == failedAt {
			return done, err
		}
		failedAt, s.made = changes[n].String(), nil // another set-up may have deleted them
	}
	return done, errUnrest
}

// carryOut makes the changes and returns how many it has made. It fills in the ids of menus that
// it makes.
func (s *setup) carryOut(st *state, changes []Change, current map[string]string) (n int, err error) {
	moved := false
	for i := range changes {
		c := &changes[i]
		if c.MenuID == "" {
			c.MenuID = current[c.Alias]
		}
		switch {
		case c.What != opMove:
			err = s.carryOutOne(st, c)
		case !moved:
			moved, err = true, s.move(changes[i:], current)
		}
		if err != nil {
			return i, err
		}
		if c.What == opCreate {
			current[c.Alias] = c.MenuID
		}
	}
	return len(changes), nil
}

func (s *setup) carryOutOne(st *state, c *Change) (err error) {
	var resp *http.Response
	switch api := s.api(); c.What {
	case opCreate:
		return s.create(c)
	case opUpload:
		return s.upload(c)
	case opPoint:
		if _, there := st.aliases[c.Alias]; there {
			resp, _, err = api.UpdateRichMenuAliasWithHttpInfo(c.Alias,
				&messaging_api.UpdateRichMenuAliasRequest{RichMenuId: c.MenuID})
		} else {
			resp, _, err = api.CreateRichMenuAliasWithHttpInfo(
				&messaging_api.CreateRichMenuAliasRequest{RichMenuAliasId: c.Alias, RichMenuId: c.MenuID})
		}
	case opDefault:
		resp, _, err = api.SetDefaultRichMenuWithHttpInfo(c.MenuID)
	case opClearDefault:
		resp, _, err = api.CancelDefaultRichMenuWithHttpInfo()
	case opDropAlias:
		resp, _, err = api.DeleteRichMenuAliasWithHttpInfo(c.Alias)
	case opDelete:
		if resp, _, err = api.DeleteRichMenuWithHttpInfo(c.MenuID); err == nil {
			s.gone[c.MenuID] = true
		}
	}
	return failed(c.String(), sdk.Error(resp, err))
}

// overtaken reports whether an error may come from another set-up that works at the same time.
func overtaken(err error) bool {
	return !errors.Is(err, ErrUnfinished) && hasStatus(err, http.StatusBadRequest, http.StatusNotFound, http.StatusConflict)
}

func hasStatus(err error, statuses ...int) bool {
	var refusal *line.APIError
	return errors.As(err, &refusal) && slices.Contains(statuses, refusal.Status)
}

// failed returns what to say of the error of a call, or nil. What says what the call was for.
func failed(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case hasStatus(err, http.StatusTooManyRequests):
		return fmt.Errorf("richmenu: %s: LINE allows no more such calls now, apply again later: %w", what, err)
	default:
		return fmt.Errorf("richmenu: %s: %w", what, err)
	}
}
