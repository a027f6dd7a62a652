package line

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/webhook"
)

// errElsewhere is why something of an account is refused that is not served here.
var errElsewhere = errors.New("line: of an account that is not served here")

// Mux is several accounts as one channel, so that one Bot serves them all: it is a bot.Channel too.
// Their webhooks come to one URL, and are told apart by their destination, which is the user id of the
// account's bot. What is sent goes out by the account that Source.Channel names. Its methods are safe
// for concurrent use.
type Mux struct {
	byUser   map[string]*Channel // by the user id of the bot
	byName   map[string]*Channel // by Options.Name
	names    []string            // sorted
	entrance entrance
}

// NewMux returns a Mux of accounts, by the user ids of their bots, which LINE gives in the console and
// by its bot info. Each account needs an Options.Name of its own. Bodies of more than maxBody bytes are
// refused, and the accounts' own Options.MaxBody is not looked at; zero stands for DefaultMaxBody.
// NewMux reports an empty map, an empty id, a nil channel, and two accounts of the same name.
func NewMux(accounts map[string]*Channel, maxBody int64) (*Mux, error) {
	m := &Mux{byUser: make(map[string]*Channel, len(accounts)), byName: make(map[string]*Channel, len(accounts))}
	m.entrance.maxBody, m.entrance.log = orDefault(max(maxBody, 0), DefaultMaxBody), slog.Default()
	for id, c := range accounts {
		if id == "" || c == nil {
			return nil, errors.New("line: an account without an id or a channel")
		}
		if m.byName[c.name] != nil {
			return nil, fmt.Errorf("line: two accounts are named %q", c.name)
		}
		m.byUser[id], m.byName[c.name] = c, c
		m.names = append(m.names, c.name)
	}
	if len(m.names) == 0 {
		return nil, errors.New("line: no accounts")
	}
	slices.Sort(m.names)
	return m, nil
}

// Accounts returns the names of the accounts, sorted.
func (m *Mux) Accounts() []string { return slices.Clone(m.names) }

// Rejected counts the webhooks that were refused: those whose account was not known yet, and those that
// each account refused. Each reason is logged as by Channel.Handler.
func (m *Mux) Rejected() transport.Rejected {
	all := m.entrance.total()
	for _, c := range m.byName {
		all = added(all, c.Rejected())
	}
	return all
}

func added(a, b transport.Rejected) transport.Rejected {
	return transport.Rejected{
		Unsigned: a.Unsigned + b.Unsigned, WrongSignature: a.WrongSignature + b.WrongSignature,
		TooLarge: a.TooLarge + b.TooLarge, TooSlow: a.TooSlow + b.TooSlow, Cut: a.Cut + b.Cut,
		Malformed: a.Malformed + b.Malformed, Crowded: a.Crowded + b.Crowded, Elsewhere: a.Elsewhere + b.Elsewhere,
	}
}

// Handler receives webhooks of all accounts. It answers 400 where the destination is missing or not
// known; see Channel.Handler for the rest.
//
// The destination is read before the signature is checked, and decides only by which account's secret
// that is done: a webhook of one account is never taken for another's.
func (m *Mux) Handler(accept func(ctx context.Context, events []transport.Event) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		done, ok := begin(w, r)
		if !ok {
			return
		}
		c, body, why := m.signed(w, r, done)
		entrance := &m.entrance
		if c != nil {
			entrance = c.entrance
		}
		if why == 0 {
			h := receiver{c: c, accept: accept}
			why = h.handle(r.Context(), w, body)
		}
		if why != 0 {
			entrance.refuse(w, r, why)
		}
	})
}

// signed returns the account that a webhook is for, nil if it is not known, and the body, if it is known
// to be LINE's.
func (m *Mux) signed(w http.ResponseWriter, r *http.Request, done func()) (*Channel, []byte, rejection) {
	var u unchecked
	defer m.entrance.free(&u)
	if why := m.entrance.read(w, r, &u); why != 0 {
		return nil, nil, why
	}
	done()
	c := m.byUser[webhook.Destination(u.body)]
	switch {
	case c == nil:
		return nil, nil, refusedElsewhere
	case !c.verifier.verify(u.signature, u.body):
		return c, nil, refusedSignature
	default:
		return c, u.body, 0
	}
}

// Decode reads one event of the account again: see Channel.Decode.
func (m *Mux) Decode(account string, raw []byte) (transport.Event, error) {
	c := m.byName[account]
	if c == nil {
		return transport.Event{}, errElsewhere
	}
	return c.Decode(account, raw)
}

// Send makes one attempt to deliver d, by the account that d.Source names: see Channel.Send.
func (m *Mux) Send(ctx context.Context, d *transport.Delivery) (transport.Receipt, error) {
	c := m.byName[d.Source.Channel]
	if c == nil {
		return transport.Receipt{}, &transport.SendError{Disposition: transport.Retry, Err: errElsewhere}
	}
	return c.Send(ctx, d)
}

// ReplyWindow returns how much longer LINE takes the reply token of d: see Channel.ReplyWindow.
func (m *Mux) ReplyWindow(d *transport.Delivery) time.Duration {
	c := m.byName[d.Source.Channel]
	if c == nil {
		return 0
	}
	return c.ReplyWindow(d)
}

// ShowLoading shows a loading animation, by the account that src names: see Channel.ShowLoading.
func (m *Mux) ShowLoading(ctx context.Context, src transport.Source, d time.Duration) error {
	c := m.byName[src.Channel]
	if c == nil {
		return errElsewhere
	}
	return c.ShowLoading(ctx, src, d)
}

// HasMenu reports whether a menu of this name was declared for the account: see Channel.DeclareMenus.
func (m *Mux) HasMenu(account, alias string) bool {
	c := m.byName[account]
	return c != nil && c.HasMenu(account, alias)
}

// SetProcesses says how many processes call LINE for the account now: see Channel.SetProcesses.
func (m *Mux) SetProcesses(account string, processes int) {
	if c := m.byName[account]; c != nil {
		c.SetProcesses(account, processes)
	}
}
