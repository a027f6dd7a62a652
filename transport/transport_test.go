package transport_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

func ExampleMark() {
	data := transport.Mark("yes", "qWzjaGPC")
	fmt.Println(data)
	fmt.Println(transport.Unmark(data))
	// Output:
	// ~qWzjaGPC~yes
	// yes qWzjaGPC
}

func TestUnmark(t *testing.T) {
	for _, tt := range []struct{ name, in, data, mark string }{
		{"marked", "~aB3-_xyz~yes", "yes", "aB3-_xyz"},
		{"nothing behind the mark", "~aB3-_xyz~", "", "aB3-_xyz"},
		{"by an earlier build", "~k3Xq0~yes", "yes", "k3Xq0"},
		{"by an earlier build, nothing behind it", "~k3Xq0~", "", "k3Xq0"},
		{"by an earlier build, more signs", "~k3Xq0~aB~yes", "aB~yes", "k3Xq0"},
		{"marked twice", "~aB3-_xyz~~k3Xq0~yes", "~k3Xq0~yes", "aB3-_xyz"},
		{"plain", "yes", "yes", ""},
		{"empty", "", "", ""},
		{"short", "~abc~", "~abc~", ""},
		{"four characters", "~abcd~yes", "~abcd~yes", ""},
		{"six characters", "~abcdef~yes", "~abcdef~yes", ""},
		{"seven characters", "~abcdefg~yes", "~abcdefg~yes", ""},
		{"nine characters", "~abcdefghi~yes", "~abcdefghi~yes", ""},
		{"no first sign", "aB3-_xyz~yes", "aB3-_xyz~yes", ""},
		{"no second sign", "~aB3-_xyzyes", "~aB3-_xyzyes", ""},
		{"no second sign, as of an earlier build", "~abcdeyes", "~abcdeyes", ""},
		{"strange mark", "~aB3 _xyz~yes", "~aB3 _xyz~yes", ""},
		{"strange mark, as of an earlier build", "~ab de~yes", "~ab de~yes", ""},
		{"a letter of another alphabet", "~aB3-_xé~yes", "~aB3-_xé~yes", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			data, mark := transport.Unmark(tt.in)
			require.Equal(t, tt.data, data)
			require.Equal(t, tt.mark, mark)
		})
	}
	require.Equal(t, "yes", transport.Mark("yes", ""))
	require.Len(t, transport.Mark("", "qWzjaGPC"), transport.MarkLen+2)
}

func FuzzMark(f *testing.F) {
	f.Add("yes", "qWzjaGPC")
	f.Add("yes", "k3Xq0")
	f.Add("ab~yes", "k3Xq0")
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
	require.Equal(t, "signal", transport.KindSignal.String())
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
