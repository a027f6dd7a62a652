package redisstore

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
)

func TestAnswersThatAreCutAreRefused(t *testing.T) {
	t.Parallel()
	begun := "\x01\x01\x00\x00\x00\x00\x00\x07" + "\x02\x00\x00\x00\x05\x00\x00\x00\x00\x00\x09" +
		"\x00\x00\x01s" + "\x00\x00\x12\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00\x00\x04\x02id\x01mb" +
		"\x00\x00\x00\x05\x01\x00\x00\x00\x01o"
	r, ok := parseBegun([]byte(begun), &session.Event{})
	require.True(t, ok)
	require.True(t, r.Retried)
	require.Equal(t, 2, r.Attempt)
	require.EqualValues(t, 5, r.Rev)
	require.EqualValues(t, 9, r.Due.UnixMilli())
	require.Equal(t, "s", string(r.State))
	require.Equal(t, "id", r.Event.ID)
	require.Equal(t, "m", r.Event.MessageID)
	require.Equal(t, "b", string(r.Event.Body))
	require.EqualValues(t, 3, r.Event.Time.UnixMilli())
	require.EqualValues(t, 4, r.Event.Accepted.UnixMilli())
	require.Equal(t, []session.Output{{Seq: session.MakeSeq(5, 1), Body: []byte("o")}}, r.Outputs)
	whole := len(begun) - len("\x00\x00\x00\x05\x01\x00\x00\x00\x01o") // an answer without outputs
	for n := range len(begun) {
		_, ok := parseBegun([]byte(begun[:n]), &session.Event{})
		require.Equal(t, n == whole, ok, n)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("\x01\x02\x00\x00\x00\x00\x00\x07\x02\x00\x00\x00\x05\x00\x00\x00\x00\x00\x09\x00\x00\x01s"))
	f.Add([]byte("\x01\x01\x00\x00\x00\x00\x00\x07\x00\x00\x12\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00\x00\x04\x02id\x01mb"))
	f.Add([]byte("\x00\x00\x01\x00\x00\x00\x00\x00\x09\x00\x00\x00\x04shop"))
	f.Fuzz(func(t *testing.T, b []byte) {
		own := session.Event{ID: "own", Body: []byte("body")}
		if r, ok := parseBegun(b, &own); ok {
			require.LessOrEqual(t, len(r.State)+len(r.Outputs), len(b))
		}
		if r, outcome, ok := parseCommitted(b); ok {
			require.LessOrEqual(t, len(r.Next.ID)+len(r.Next.Body), len(b))
			require.Contains(t, []int{commitDone, commitFenced, commitFull}, outcome)
		}
		read, all := 0, answer{b: b}
		for len(all.b) > 0 {
			read += 13 + len(all.bound().name)
		}
		if !all.bad {
			require.Equal(t, len(b), read)
		}
		if letters, _, ok := (&Store{parts: makePartitions("", 2)}).parseLetters(b, []letterID{{account: "shop"}, {earlier: true, part: 1}}); ok {
			require.LessOrEqual(t, len(letters), len(b))
		}
		a := answer{b: b}
		if outs := a.outputs(); a.bad {
			require.Nil(t, outs)
		}
	})
}
