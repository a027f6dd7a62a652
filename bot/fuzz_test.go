package bot

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

// FuzzDelivery shows that no bytes in the store make reading an output panic, and that what is read
// can be written and read again.
func FuzzDelivery(f *testing.F) {
	o := delivery{ages: ages{time.UnixMilli(1_900_000_000_000), time.UnixMilli(1_900_000_000_001), time.UnixMilli(1_900_000_000_002)}}
	f.Add(o.append(nil))
	o.Source = transport.Source{Channel: "shop", Chat: transport.ChatGroup, ChatID: "C1", UserID: "U1"}
	o.ReplyToken, o.PushOK, o.Key, o.Messages = "token", true, [16]byte{1, 2}, []byte(`[{"type":"text"}]`)
	f.Add(o.append(nil))
	f.Add(append(o.append(nil)[:len(o.append(nil))-len(o.Messages)], `{"menu":"main"}`...)) // as earlier builds wrote it
	o.SwitchMenu, o.Menu, o.Messages = true, "main", nil
	f.Add(o.append(nil))
	f.Add([]byte("short"))
	f.Add(append(append([]byte{1}, make([]byte, 26)...), 4, 's', 'h', 'o', 'p', 0, 0, 0, '[', ']')) // the earlier layout
	f.Add(append(o.append(nil)[:43], 0xff, 0xff, 0xff, 0xff))                                       // a length without an end
	f.Fuzz(func(t *testing.T, b []byte) {
		var first, again delivery
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
		first := timer{flow: stored(flow1), name: name1, due: due(due1)}
		second := timer{flow: stored(flow2), name: name2, due: due(due2)}
		same := first.flow == second.flow && first.name == second.name && first.due.Equal(second.due)
		require.Equal(t, same, first.turn() == second.turn())
		n1, n2 = n1&0xff, n2&0xff
		one := deliveryKey("shop", "0123456789abcdef", name1, n1)
		two := deliveryKey("shop", "0123456789abcdef", name2, n2)
		require.Equal(t, name1 == name2 && n1 == n2, one == two)
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
