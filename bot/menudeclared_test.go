package bot_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/session/memstore"
)

// holder is a channel that knows its menus.
type holder struct {
	fakeChannel
	menus []string
}

func (h *holder) HasMenu(_, name string) bool {
	for _, m := range h.menus {
		if m == name {
			return true
		}
	}
	return false
}

// A bot is not made if a flow names a menu that was not declared.
func TestMenusAreDeclared(t *testing.T) {
	t.Parallel()
	main := `bot: flow "tour" binds state "*" to the menu "main", which was not declared for the account ""`
	two := `bot: flow "tour" binds state "two" to the menu "other", which was not declared for the account ""`
	for _, tt := range []struct {
		name    string
		channel bot.Channel
		flows   []*flow.Flow
		want    string
	}{
		{"all declared", &holder{menus: []string{"other", "main", "third"}}, []*flow.Flow{tour(bound)}, ""},
		{"one is not", &holder{menus: []string{"main"}}, []*flow.Flow{plain(), tour(bound)}, two},
		{"nothing is", &holder{}, []*flow.Flow{tour(bound), plain()}, two + "\n" + main},
		{"no menus at all", &holder{}, []*flow.Flow{plain()}, ""},
		{"the one that everybody has", &holder{}, []*flow.Flow{tour(map[flow.State]string{"": ""})}, ""},
		{"a channel that does not know", &fakeChannel{}, []*flow.Flow{tour(bound)}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b, err := bot.New(tt.channel, memstore.New(), tt.flows, &bot.Options{Logger: slog.New(slog.DiscardHandler)})
			if tt.want != "" {
				require.EqualError(t, err, tt.want)
				return
			}
			require.NoError(t, err)
			require.NoError(t, b.Shutdown(t.Context()))
		})
	}
}
