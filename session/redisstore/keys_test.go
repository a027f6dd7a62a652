package redisstore

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCRC16(t *testing.T) {
	t.Parallel()
	require.EqualValues(t, 0x31C3, crc16("123456789")) // the check value of the Cluster specification
}

func TestPartitionsAreSpreadOverTheSlots(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 3, 64, 1000, 1024} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			for i, p := range makePartitions("", n) {
				_, rest, _ := strings.Cut(p.watch, "{")
				tag, _, _ := strings.Cut(rest, "}")
				require.Equal(t, "kaiwa:{"+tag+"}:w", p.watch)
				require.Equal(t, "kaiwa:{"+tag+"}:dl", p.dead)
				require.Equal(t, "kaiwa:{"+tag+"}:a", p.bounds)
				require.Equal(t, i, int(crc16(tag))%slots*n/slots)
			}
		})
	}
	require.Equal(t, "kaiwa:shop:{p0}:", makePartitions("shop", 1)[0].prefix)
}

func TestSessionsAreSpreadOverThePartitions(t *testing.T) {
	t.Parallel()
	s := &Store{parts: makePartitions("", 64)}
	count := make(map[*partition]int)
	for i := range 6400 {
		count[s.part(sessionID(i))]++
	}
	require.Len(t, count, 64)
	for p, n := range count {
		require.InDelta(t, 100, n, 60, p.prefix)
	}
}

func TestTagValue(t *testing.T) {
	t.Parallel()
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	for i, c := range []byte(alphabet) {
		require.Equal(t, i, tagValue(c))
	}
	require.Equal(t, -1, tagValue('{'))
}
