package bot

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kaiwa-go/kaiwa/transport"
)

const (
	aUserID  = "U0123456789abcdef0123456789abcdef"
	aGroupID = "Cfedcba9876543210fedcba9876543210"
)

var someTime = time.UnixMilli(1_900_000_000_123)

// inBooking is a session in the middle of a booking, with its idle timer.
func inBooking() record {
	return record{
		conversation: conversation{
			flow: "booking", state: "ask_party", mark: "aB3-x",
			data: []byte(`{"date":"2030-05-17","time":"19:30","party":0,"name":"Sato"}`),
		},
		source: transport.Source{Chat: transport.ChatUser, ChatID: aUserID, UserID: aUserID},
		timers: []timer{{name: "after 15m0s", due: someTime}},
	}
}

func records() map[string]record {
	member := transport.Source{Channel: "2000000000", Chat: transport.ChatGroup, ChatID: aGroupID, UserID: aUserID}
	return map[string]record{
		"empty":           {},
		"booking":         inBooking(),
		"menu":            {conversation: conversation{flow: "f", state: "s"}, menu: "main"},
		"menu, versioned": {version: 300, conversation: conversation{flow: "f", state: "s"}, menu: "main"},
		"no timers":       {conversation: conversation{flow: "f", state: "s", data: []byte{0, 255}}},
		"reminder without a flow": {source: member, timers: []timer{
			{flow: "booking", name: "remind", due: someTime, data: []byte("data")}, {name: "n", due: time.UnixMilli(-1)},
		}},
		"ids of no known form": {conversation: conversation{flow: "f"}, timers: []timer{{name: "t", due: someTime}},
			source: transport.Source{Chat: transport.ChatRoom, ChatID: "R" + strings.Repeat("g", 32), UserID: strings.ToUpper(aUserID)}},
		"ids of no length": {conversation: conversation{flow: "f"}, timers: []timer{{name: "t", due: someTime}}},
		"put off": {conversation: conversation{flow: "f"}, timers: []timer{
			{flow: "f", name: "t", due: someTime, attempts: 300, wait: time.Second}, {name: "u", due: someTime, attempts: 1},
		}},
		"put off, versioned": {version: 1, menu: "m", conversation: conversation{flow: "f"}, timers: []timer{{name: "t", due: someTime, wait: time.Millisecond}}},
		"trail":              {conversation: conversation{flow: "f", state: "s", trail: []byte{3, 0}}},
		"trail, versioned":   {version: 1, menu: "m", conversation: conversation{flow: "f", trail: []byte("t")}},
		"trail, put off": {conversation: conversation{flow: "f", trail: []byte("t")}, timers: []timer{
			{name: "t", due: someTime, attempts: 300, wait: time.Second}, {name: "u", due: someTime},
		}},
		"photos": {conversation: conversation{flow: "f"}, photos: []photoSet{{id: "a", user: "u", total: 3, photos: []photo{{1, "m1"}, {2, "m2"}}}},
			timers: []timer{{flow: photosTimer, name: "a", due: someTime}}},
		"suspended": {conversation: conversation{flow: "faq", state: "q"}, below: []conversation{
			{flow: "lunch", state: "l", mark: "mark", data: []byte("{}"), trail: []byte{1, 0}, owed: owesEntry}, {flow: "f", data: []byte("d"), trail: []byte("t")},
		}, timers: []timer{{name: "at", of: 2, due: someTime}, {flow: "f", name: "r", due: someTime}}},
		"a question that is owed": {version: 2, menu: "m", conversation: conversation{flow: "f", owed: owesQuestion}},
		"a conversation was lost": {lost: true},
		"a key":                   {source: member, timers: []timer{{flow: "f", name: "r", key: "=7", due: someTime}}},
	}
}

func TestRecordRoundTrip(t *testing.T) {
	for name, want := range records() {
		t.Run(name, func(t *testing.T) {
			packed := want.append([]byte("before"))
			require.Equal(t, "before", string(packed[:6]), "append appends")
			got := inBooking() // what was there before is overwritten
			require.NoError(t, got.unmarshal(packed[6:]))
			require.Empty(t, got.append(nil)[len(packed)-6:])
			require.Equal(t, want.timers, emptyAsNil(got.timers))
			got.timers, want.timers = nil, nil
			if len(got.data) == 0 {
				got.data = nil
			}
			if len(got.trail) == 0 {
				got.trail = nil
			}
			require.Equal(t, want, got)
		})
	}
}

func emptyAsNil(t []timer) []timer {
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
		"ids of no length":   "01016600000001000174f6e1998dcc6e008000",
		"put off":            "040000016600000002" + "01660174f6e1998dcc6e00" + "ac02e807" + "000175f6e1998dcc6e00" + "0100" + "8000",
		"put off, versioned": "0401016d016600000001" + "000174f6e1998dcc6e00" + "0001" + "8000",
		"trail":              "050000020300" + "00" + "016601730000" + "00",
		"trail, versioned":   "0501016d0174" + "00" + "016600000000",
		"trail, put off":     "0500000174" + "00" + "016600000002" + "000174f6e1998dcc6e00" + "ac02e807" + "000175f6e1998dcc6e00" + "0000" + "8000",
		"photos": "05000000" + "0f" + "010161" + "0175" + "030202026d3104026d32" + "016600000001" +
			"08c2b770686f746f73" + "0161f6e1998dcc6e00" + "0000" + "8000",
		"suspended": "0600000000" + "00" + "0366617101710000" + "02" + "056c756e6368016c046d61726b027b7d02010002" +
			"016600000164017400" + "02" + "00026174f6e1998dcc6e00" + "0000" + "02" + "01660172f6e1998dcc6e00" + "0000" + "00" + "8000",
		"a question that is owed": "0602016d0000" + "01" + "0166000000" + "00" + "00",
		"a conversation was lost": "0600000000" + "80" + "00000000" + "00" + "00",
		"a key": "0600000000" + "00" + "00000000" + "00" + "01" + "01660172f6e1998dcc6e00" + "0000" + "023d37" +
			"5a0a3230303030303030303043fedcba9876543210fedcba9876543210550123456789abcdef0123456789abcdef",
	}
	for name, r := range records() {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, golden[name], hex.EncodeToString(r.append(nil)))
		})
	}
}

func TestRecordSize(t *testing.T) {
	r := inBooking()
	require.Len(t, r.data, 60)
	require.LessOrEqual(t, len(r.append(nil)), 125)
}

// A conversation that has no trail is stored as it was before there were trails: older builds read it, and it
// takes not one byte more. TestRecordBytes says the same of the bytes themselves.
func TestRecordWithoutTrail(t *testing.T) {
	for name, r := range records() {
		packed := r.append(nil)
		if r.stacked() {
			require.Equal(t, byte(recordStack), packed[0], name)
			continue
		}
		more := len(r.trail) > 0 || len(r.photos) > 0
		require.Equal(t, more, len(packed) > 0 && packed[0] == recordMore, name)
		if more {
			r.trail, r.photos = nil, nil
			require.NotEqual(t, byte(recordMore), r.append(nil)[0], name)
		}
	}
}

func TestRecordEmptyPacksToNothing(t *testing.T) {
	r := record{conversation: conversation{state: "s", data: []byte("of no flow")}, source: inBooking().source}
	require.Empty(t, r.append(nil), "no flow is active and no timer set")
}

func TestRecordDropsSourceWithTimers(t *testing.T) {
	r := inBooking()
	r.timers = nil
	var got record
	require.NoError(t, got.unmarshal(r.append(nil)))
	require.Zero(t, got.source)
}

func TestRecordMalformed(t *testing.T) {
	full := records()["reminder without a flow"]
	packed := full.append(nil)
	var r record
	for n := 1; n < len(packed); n++ {
		require.ErrorIs(t, r.unmarshal(packed[:n]), errBadRecord, "the first %d bytes", n)
	}
	require.ErrorIs(t, r.unmarshal(append(packed, 0)), errBadRecord, "a byte too many")
	timer := "\x01\x01f\x00\x00\x00\x01\x00\x00\x00\x00" // with its source to come
	require.NoError(t, r.unmarshal([]byte(timer+"\x80\x00")))
	for name, b := range map[string]string{
		"unknown layout":            "\x07\x01f\x00\x00\x00\x00",
		"nothing that is stacked":   "\x06\x00\x00\x00\x00\x00\x01f\x00\x00\x00\x00\x00",
		"an unknown debt":           "\x06\x00\x00\x00\x00\x03\x01f\x00\x00\x00\x00\x00",
		"too many conversations":    "\x06\x00\x00\x00\x00\x00\x01f\x00\x00\x00\x08" + strings.Repeat("\x01f\x00\x00\x00\x00\x00", 8) + "\x00",
		"a timer of none of them":   "\x06\x00\x00\x00\x00\x01\x01f\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01\x80\x00",
		"suspended below nothing":   "\x06\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x01f\x00\x00\x00\x00\x00\x00",
		"a trail without content":   "\x05\x00\x00\x00\x00\x01f\x00\x00\x00\x00",
		"a set of too many photos":  "\x05\x00\x00\x00\x08\x01\x01a\x00\x65\x01\x02\x00\x01f\x00\x00\x00\x00",
		"a set of 65,538 photos":    "\x05\x00\x00\x00\x0a\x01\x01a\x00\x82\x80\x04\x01\x02\x00\x01f\x00\x00\x00\x00",
		"a version of zero":         "\x02\x00\x01f\x00\x00\x00\x00",
		"no timer is put off":       "\x04\x00\x00\x01f\x00\x00\x00\x01\x00\x00\x00\x00\x01\x00\x80\x00",
		"a wait without end":        "\x04\x00\x00\x01f\x00\x00\x00\x01\x00\x00\x00\x00\x01\xff\xff\xff\xff\xff\xff\xff\x7f\x80\x00",
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
		"an id that packs shorter":  timer + "\x80\x21" + aUserID,
		"a number that is too long": "\x01\x81\x00f\x00\x00\x00\x00",
		"a time that is too long":   "\x01\x01f\x00\x00\x00\x01\x00\x00\x80\x00\x00\x80\x00",
		"nothing, packed":           "\x01\x00\x00\x00\x00\x00",
	} {
		require.ErrorIs(t, r.unmarshal([]byte(b)), errBadRecord, name)
	}
}

func TestRecordDue(t *testing.T) {
	var r record
	require.True(t, r.due().IsZero())
	for _, d := range []time.Duration{2, 1, 3} {
		r.timers = append(r.timers, timer{due: someTime.Add(d)})
	}
	require.Equal(t, someTime.Add(1), r.due())
}

func TestRecordReusesTimers(t *testing.T) {
	r := inBooking()
	packed := r.append(nil)
	timers := &r.timers[0]
	require.NoError(t, r.unmarshal(packed))
	require.Same(t, timers, &r.timers[0])
}

// FuzzRecord shows that no bytes make unmarshal panic, and that what it takes is what append
// would have written.
func FuzzRecord(f *testing.F) {
	for _, r := range records() {
		f.Add(r.append(nil))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var r record
		if r.unmarshal(b) != nil {
			return
		}
		require.Equal(t, string(b), string(r.append(nil)))
	})
}

func BenchmarkRecordAppend(b *testing.B) {
	r, buf := inBooking(), make([]byte, 0, 256)
	b.ReportAllocs()
	for b.Loop() {
		buf = r.append(buf[:0])
	}
}

func BenchmarkRecordUnmarshal(b *testing.B) {
	r := inBooking()
	packed := r.append(nil)
	b.ReportAllocs()
	for b.Loop() {
		if err := r.unmarshal(packed); err != nil {
			b.Fatal(err)
		}
	}
}
