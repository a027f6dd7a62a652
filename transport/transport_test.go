package transport_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

func ExampleMark() {
	data := transport.Mark("yes", "a1B-_")
	fmt.Println(data)
	fmt.Println(transport.Unmark(data))
	// Output:
	// ~a1B-_~yes
	// yes a1B-_
}

func TestUnmark(t *testing.T) {
	for _, tt := range []struct{ name, in, data, mark string }{
		{"marked", "~abcde~yes", "yes", "abcde"},
		{"nothing behind the mark", "~abcde~", "", "abcde"},
		{"plain", "yes", "yes", ""},
		{"empty", "", "", ""},
		{"short", "~abc~", "~abc~", ""},
		{"no second mark", "~abcdeyes", "~abcdeyes", ""},
		{"strange mark", "~ab de~yes", "~ab de~yes", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data, mark := transport.Unmark(tt.in)
			require.Equal(t, tt.data, data)
			require.Equal(t, tt.mark, mark)
		})
	}
	require.Equal(t, "yes", transport.Mark("yes", ""))
}

func FuzzMark(f *testing.F) {
	f.Add("yes", "abcde")
	f.Add("yes", "")
	f.Add("yes", "ab de") // no mark
	f.Fuzz(func(t *testing.T, data, mark string) {
		if d, got := transport.Unmark(transport.Mark("", mark)); got != mark || d != "" {
			return // not a mark
		}
		d, got := transport.Unmark(transport.Mark(data, mark))
		if mark != "" && (d != data || got != mark) {
			t.Fatalf("%q %q came back as %q %q", data, mark, d, got)
		}
	})
}

func TestWords(t *testing.T) {
	require.Equal(t, "text", transport.KindText.String())
	require.Equal(t, "timer", transport.KindTimer.String())
	require.Equal(t, "member joined", transport.KindMemberJoined.String())
	require.Equal(t, "unknown", transport.Kind(200).String())
	require.True(t, transport.KindMessage.IsMessage())
	require.False(t, transport.KindPostback.IsMessage())
	require.Equal(t, "group", transport.ChatGroup.String())
	require.Equal(t, "none", transport.ChatNone.String())
	require.Equal(t, "hold", transport.Hold.String())
}

func TestSendError(t *testing.T) {
	cause := errors.New("cause")
	err := error(&transport.SendError{Disposition: transport.Drop, Err: cause})
	require.ErrorIs(t, err, cause)
	require.Equal(t, "transport: send: drop: cause", err.Error())
}
