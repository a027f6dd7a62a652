package httpcall

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRetryKey(t *testing.T) {
	tests := []struct {
		name string
		key  [16]byte
		want string
	}{
		{"zero", [16]byte{}, "00000000-0000-8000-8000-000000000000"},
		{"counting", [16]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, "00010203-0405-8607-8809-0a0b0c0d0e0f"},
		{"all bits", [16]byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}, "ffffffff-ffff-8fff-bfff-ffffffffffff"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, Key(tt.key))
		})
	}
}
