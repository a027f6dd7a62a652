package campaign

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport"
)

// MaxName is how long the name of a campaign may be, in bytes.
const MaxName = 100

const maxUnit = 30 // characters in the name of an aggregation unit

// Options are the settings of a campaign. Nil and the zero value mean the defaults.
type Options struct {
	// NotificationDisabled makes the messages arrive without a notification.
	NotificationDisabled bool
	// Unit is the name of the aggregation unit that LINE counts a multicast in, up to 30
	// letters, digits and '_'. LINE has none for broadcasts and narrowcasts. The default is none.
	Unit string
	// Need is how many messages the campaign needs: the number of its recipients. It does not
	// start if the account has fewer left this month; what earlier runs sent is taken off. The
	// default is to ask nobody.
	Need int64
	// ResendInDoubt sends a chunk again, of which nobody can tell whether LINE accepted it, after
	// LINE has forgotten its retry key. Some may then get the messages twice. The default is
	// that some may not get them: the chunk is passed over, and ErrInDoubt returned.
	ResendInDoubt bool
	// Logger gets a line per run, and a warning per attempt that failed. No line has texts or
	// user ids. The default is slog.Default.
	Logger *slog.Logger
}

func (o *Options) orDefault() Options {
	var opt Options
	if o != nil {
		opt = *o
	}
	if opt.Logger == nil {
		opt.Logger = slog.Default()
	}
	return opt
}

func (o *Options) units() ([]string, error) {
	switch {
	case o.Unit == "":
		return nil, nil
	case len(o.Unit) > maxUnit || strings.ContainsFunc(o.Unit, func(r rune) bool { return !letter(r) && r != '_' }):
		return nil, errors.New("campaign: Unit is not 1 to 30 letters, digits and '_'")
	default:
		return []string{o.Unit}, nil
	}
}

func letter(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

func checkName(name string) error {
	odd := func(r rune) bool {
		return r >= 'A' && r <= 'Z' || !letter(r) && !strings.ContainsRune("-_.", r)
	}
	if name == "" || len(name) > MaxName || !letter(rune(name[0])) || strings.ContainsFunc(name, odd) {
		return fmt.Errorf("campaign: the name is not 1 to %d lower-case letters, digits, '-', '_' and '.'", MaxName)
	}
	return nil
}

// marshal checks all messages and returns them as a JSON array.
func marshal(messages []transport.Message) ([]byte, error) {
	if n := len(messages); n < 1 || n > transport.MaxMessages {
		return nil, fmt.Errorf("campaign: %d messages, not 1 to %d", n, transport.MaxMessages)
	}
	b := []byte{'['}
	for i, m := range messages {
		if m == nil {
			return nil, fmt.Errorf("campaign: message %d is nil", i+1)
		}
		if err := m.Validate(); err != nil {
			return nil, fmt.Errorf("campaign: message %d: %w", i+1, err)
		}
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = m.AppendJSON(b, ""); err != nil {
			return nil, fmt.Errorf("campaign: message %d: %w", i+1, err)
		}
	}
	return append(b, ']'), nil
}
