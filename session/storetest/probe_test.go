package storetest

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

// A store may know a token by its first half XOR its second. That differs for all tokens of a check.
func TestTokensLookDrawn(t *testing.T) {
	var p probe
	seen := map[uint32]int{} // what the store keeps of a token, and the number of that token
	for n := range 5000 {
		token := p.tokenOf(n % scriptActors)
		kept := binary.BigEndian.Uint32(token[:4]) ^ binary.BigEndian.Uint32(token[4:])
		require.NotContains(t, seen, kept, "of token %d and token %d", seen[kept], n)
		seen[kept] = n
	}
}
