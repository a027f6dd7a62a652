package id_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/id"
)

func TestValid(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, id string
		want     bool
	}{
		{"a user", "U206d25c2ea6bd87c17655609a1c37cb8", true},
		{"a menu", "richmenu-19682466851b21e2d7c0ed482ee0930f", true},
		{"every kind of letter", "azAZ09-_", true},
		{"the limit", strings.Repeat("a", 128), true},
		{"nothing", "", false},
		{"too long", strings.Repeat("a", 129), false},
		{"another path", "../all", false},
		{"a query", "U1?x", false},
		{"an escape", "U1%2f", false},
		{"no ASCII", "U１", false},
		{"the end of a line", "U1\n", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, id.Valid(tt.id))
		})
	}
}
