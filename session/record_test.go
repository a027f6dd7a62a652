package session_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/session"
	"github.com/kaiwa-go/kaiwa/transport"
)

const (
	userID  = "U0123456789abcdef0123456789abcdef"
	groupID = "Cfedcba9876543210fedcba9876543210"
)

var due = time.UnixMilli(1_900_000_000_123)

// booking is a session in the middle of a booking, with its idle timer.
func booking() session.Record {
	return session.Record{
		Flow: "booking", State: "ask_party", Mark: "aB3-x",
		Data:   []byte(`{"date":"2030-05-17","time":"19:30","party":0,"name":"Sato"}`),
		Source: transport.Source{Chat: transport.ChatUser, ChatID: userID, UserID: userID},
		Timers: []session.Timer{{Name: "after 15m0s", Due: due}},
	}
}

func records() map[string]session.Record {
	member := transport.Source{Channel: "2000000000", Chat: transport.ChatGroup, ChatID: groupID, UserID: userID}
	return map[string]session.Record{
		"empty":           {},
		"booking":         booking(),
		"menu":            {Flow: "f", State: "s", Menu: "main"},
		"menu, versioned": {Version: 300, Flow: "f", State: "s", Menu: "main"},
		"no timers":       {Flow: "f", State: "s", Data: []byte{0, 255}},
		"reminder without a flow": {Source: member, Timers: []session.Timer{
			{Flow: "booking", Name: "remind", Due: due, Data: []byte("data")}, {Name: "n", Due: time.UnixMilli(-1)},
		}},
		"ids of no known form": {Flow: "f", Timers: []session.Timer{{Name: "t", Due: due}},
			Source: transport.Source{Chat: transport.ChatRoom, ChatID: "R" + strings.Repeat("g", 32), UserID: strings.ToUpper(userID)}},
		"ids of no length": {Flow: "f", Timers: []session.Timer{{Name: "t", Due: due}}},
	}
}

func TestRecordRoundTrip(t *testing.T) {
	for name, want := range records() {
		t.Run(name, func(t *testing.T) {
			packed := want.Append([]byte("before"))
			require.Equal(t, "before", string(packed[:6]), "Append appends")
			got := booking() // what was there before is overwritten
			require.NoError(t, got.Unmarshal(packed[6:]))
			require.Empty(t, got.Append(nil)[len(packed)-6:])
			require.Equal(t, want.Timers, emptyAsNil(got.Timers))
			got.Timers, want.Timers = nil, nil
			if len(got.Data) == 0 {
				got.Data = nil
			}
			require.Equal(t, want, got)
		})
	}
}

func emptyAsNil(t []session.Timer) []session.Timer {
	if len(t) == 0 {
		return nil
	}
	return t
}

// TestRecordBytes keeps the packed form from changing: sessions outlive the program.
func TestRecordBytes(t *testing.T) {
	golden := map[string]string{
		"empty": "",
		"booking": "0107626f6f6b696e670961736b5f7061727479056142332d783c7b2264617465223a22323033302d30352d3137" +
			"222c2274696d65223a2231393a3330222c227061727479223a302c226e616d65223a225361746f227d01000b61" +
			"667465722031356d3073f6e1998dcc6e0091550123456789abcdef0123456789abcdef",
		"menu":            "0300046d61696e016601730000" + "00",
		"menu, versioned": "03ac02046d61696e016601730000" + "00",
		"no timers":       "0101660173000200ff00",
		"reminder without a flow": "01000000000207626f6f6b696e670672656d696e64f6e1998dcc6e046461746100016e01005a0a323030303030" +
			"3030303043fedcba9876543210fedcba9876543210550123456789abcdef0123456789abcdef",
		"ids of no known form": "01016600000001000174f6e1998dcc6e0003215267676767676767676767676767676767676767676767676767" +
			"6767676767676721553031323334353637383941424344454630313233343536373839414243444546",
		"ids of no length": "01016600000001000174f6e1998dcc6e008000",
	}
	for name, r := range records() {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, golden[name], hex.EncodeToString(r.Append(nil)))
		})
	}
}

func TestRecordSize(t *testing.T) {
	r := booking()
	require.Len(t, r.Data, 60)
	require.LessOrEqual(t, len(r.Append(nil)), 125)
}

func TestRecordEmptyPacksToNothing(t *testing.T) {
	r := session.Record{State: "s", Data: []byte("of no flow"), Source: booking().Source}
	require.Empty(t, r.Append(nil), "no flow is active and no timer set")
}

func TestRecordDropsSourceWithTimers(t *testing.T) {
	r := booking()
	r.Timers = nil
	var got session.Record
	require.NoError(t, got.Unmarshal(r.Append(nil)))
	require.Zero(t, got.Source)
}

func TestRecordMalformed(t *testing.T) {
	full := records()["reminder without a flow"]
	packed := full.Append(nil)
	var r session.Record
	for n := 1; n < len(packed); n++ {
		require.ErrorIs(t, r.Unmarshal(packed[:n]), session.ErrBadRecord, "the first %d bytes", n)
	}
	require.ErrorIs(t, r.Unmarshal(append(packed, 0)), session.ErrBadRecord, "a byte too many")
	timer := "\x01\x01f\x00\x00\x00\x01\x00\x00\x00\x00" // with its source to come
	require.NoError(t, r.Unmarshal([]byte(timer+"\x80\x00")))
	for name, b := range map[string]string{
		"unknown layout":            "\x02\x01f\x00\x00\x00\x00",
		"a menu without a name":     "\x03\x00\x00\x01f\x00\x00\x00\x00",
		"a version beyond 32 bits":  "\x03\x80\x80\x80\x80\x10\x01m\x01f\x00\x00\x00\x00",
		"string beyond the end":     "\x01\x7ff",
		"number without end":        "\x01" + strings.Repeat("\xff", 11),
		"more timers than bytes":    "\x01\x01f\x00\x00\x00\xff\xff\xff\xff\x0f",
		"unknown form of an id":     timer + "\x30",
		"unknown form of a user":    timer + "\xc0\x00",
		"an id that ends too early": timer + "\x90U",
		"a channel without a name":  timer + "\x88\x00\x00",
		"a user that is the chat":   timer + "\x00\x01a\x01a",
		"an id that packs shorter":  timer + "\x80\x21" + userID,
		"a number that is too long": "\x01\x81\x00f\x00\x00\x00\x00",
		"a time that is too long":   "\x01\x01f\x00\x00\x00\x01\x00\x00\x80\x00\x00\x80\x00",
		"nothing, packed":           "\x01\x00\x00\x00\x00\x00",
	} {
		require.ErrorIs(t, r.Unmarshal([]byte(b)), session.ErrBadRecord, name)
	}
}

func TestRecordDue(t *testing.T) {
	var r session.Record
	require.True(t, r.Due().IsZero())
	for _, d := range []time.Duration{2, 1, 3} {
		r.Timers = append(r.Timers, session.Timer{Due: due.Add(d)})
	}
	require.Equal(t, due.Add(1), r.Due())
}

func TestRecordReusesTimers(t *testing.T) {
	r := booking()
	packed := r.Append(nil)
	timers := &r.Timers[0]
	require.NoError(t, r.Unmarshal(packed))
	require.Same(t, timers, &r.Timers[0])
}

// FuzzRecord shows that no bytes make Unmarshal panic, and that what it takes is what Append
// would have written.
func FuzzRecord(f *testing.F) {
	for _, r := range records() {
		f.Add(r.Append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var r session.Record
		if r.Unmarshal(b) != nil {
			return
		}
		require.Equal(t, string(b), string(r.Append(nil)))
	})
}

func BenchmarkRecordAppend(b *testing.B) {
	r, buf := booking(), make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		buf = r.Append(buf[:0])
	}
}

func BenchmarkRecordUnmarshal(b *testing.B) {
	r := booking()
	packed := r.Append(nil)
	b.ReportAllocs()
	for b.Loop() {
		if err := r.Unmarshal(packed); err != nil {
			b.Fatal(err)
		}
	}
}
