package bot

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

// FuzzOutput shows that no bytes in the store make reading an output panic, and that what is read
// can be written and read again.
func FuzzOutput(f *testing.F) {
	o := output{born: time.UnixMilli(1_900_000_000_000)}
	f.Add(o.append(nil))
	o.Source = transport.Source{Channel: "shop", Chat: transport.ChatGroup, ChatID: "C1", UserID: "U1"}
	o.ReplyToken, o.PushOK, o.Key, o.Messages = "token", true, [16]byte{1, 2}, []byte(`[{"type":"text"}]`)
	f.Add(o.append(nil))
	f.Add([]byte("short"))
	f.Add(append(o.append(nil)[:27], 0xff, 0xff, 0xff, 0xff)) // a length without an end
	f.Fuzz(func(t *testing.T, b []byte) {
		var first, again output
		if first.parse(b) != nil {
			return
		}
		require.NoError(t, again.parse(first.append(nil)))
		require.Equal(t, first, again)
	})
}

// FuzzTurnNames shows that two timers of one session never share the id of a turn, nor two
// deliveries a key: a platform refuses the second of those.
func FuzzTurnNames(f *testing.F) {
	f.Add("booking", "after 15m0s", int64(5), "", "later", int64(5), 0, 1)
	f.Add("a", "b:c", int64(0), "a:b", "c", int64(0), 0, 0)
	f.Add("", "1", int64(1), "", "1", int64(1), 11, 1)
	f.Fuzz(func(t *testing.T, flow1, name1 string, due1 int64, flow2, name2 string, due2 int64, n1, n2 int) {
		due := func(ms int64) time.Time { return time.UnixMilli(ms % 1e13) }
		first := session.Timer{Flow: stored(flow1), Name: name1, Due: due(due1)}
		second := session.Timer{Flow: stored(flow2), Name: name2, Due: due(due2)}
		same := first.Flow == second.Flow && first.Name == second.Name && first.Due.Equal(second.Due)
		require.Equal(t, same, timerTurn(&first) == timerTurn(&second))
		n1, n2 = n1&0xff, n2&0xff
		one := deliveryKey("shop", "0123456789abcdef", name1, n1)
		two := deliveryKey("shop", "0123456789abcdef", name2, n2)
		require.Equal(t, name1 == name2 && n1 == n2, one == two)
		for _, turn := range []string{name1, name2} {
			tag := tagOf(turn)
			data, got := transport.Untag(transport.Tag("yes", tag))
			require.Equal(t, "yes", data)
			require.Equal(t, tag, got)
		}
	})
}

// stored makes the name of a flow of s: such names have lower-case letters, digits and underscores.
func stored(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = "abcdefghijklmnopqrstuvwxyz_01234"[c&31]
	}
	return string(b)
}
