package transport_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

func TestMenuName(t *testing.T) {
	for _, tt := range []struct {
		name, menu string
		ok         bool
	}{
		{"the default", "", true},
		{"a word", "booking", true},
		{"every kind of letter", "az09_-", true},
		{"one below the limit", strings.Repeat("a", transport.MaxMenuName-1), true},
		{"the limit", strings.Repeat("a", transport.MaxMenuName), true},
		{"one above the limit", strings.Repeat("a", transport.MaxMenuName+1), false},
		{"a capital", "Booking", false},
		{"a slash", "../x", false},
		{"a quote", `a"`, false},
		{"no ASCII", "予約", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := transport.Menu{Name: tt.menu}
			require.Equal(t, tt.ok, m.Validate() == nil)
			require.Equal(t, tt.ok, transport.CheckMenuName(tt.menu) == nil)
			body, err := m.AppendJSON([]byte("x"), "abcde")
			require.NoError(t, err)
			require.Equal(t, byte('x'), body[0])
			got, ok := transport.ParseMenu(body[1:])
			require.Equal(t, tt.ok, ok)
			if ok {
				require.Equal(t, m, got)
			}
		})
	}
}

func TestParseMenu(t *testing.T) {
	for _, tt := range []struct{ name, body string }{
		{"nothing", ""},
		{"bubbles", `[{"type":"text","text":"a"}]`},
		{"a menu among bubbles", `[{"menu":"a"}]`},
		{"cut off", `{"menu":"`},
		{"no end", `{"menu":"abc`},
		{"more behind", `{"menu":"a","x":"b"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, ok := transport.ParseMenu([]byte(tt.body))
			require.False(t, ok)
		})
	}
}
