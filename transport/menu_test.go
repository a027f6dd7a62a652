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
			require.Equal(t, tt.ok, transport.CheckMenuName(tt.menu) == nil)
		})
	}
}
