package redisstore

import (
	"encoding/binary"
	"strconv"
	"time"

	"github.com/kaiwa-go/kaiwa/session"
)

// call is one script call on its way. It owns the bytes that it sends: a caller that gives up may
// write to its own slices at once, though the client still reads the call.
//
// The life of a call, with who may touch it:
//
//	filled      by the caller: get, then u8, u32 and so on for the request, then seal
//	queued      the batcher's lock guards taken and givenUp
//	taken       by a flusher, which sends it, reads the answer and puts a value into done
//	answered    by the caller, who reads reply or err, and returns the call to the pool with put
//	refused     a Cluster refused it for a moment. It is queued again soon, with refused set
//	given up    the caller left (context or timeout). Nobody uses the call again: if it is queued
//	            it is not sent, and if it is taken its answer is lost
type call struct {
	script *script
	// keys holds the keys that seal was given, so that args can point to them.
	keys [6]string
	// request has the bytes of all ARGV, one after the other. A commit, for example, has five: its
	// numbers, the event's id, the state, the reason and the outputs.
	request []byte
	// cuts says where in request each ARGV ends; the end of the last is set by seal.
	cuts []int
	// argv are the parts of request between the cuts.
	argv [5]arg
	// args is the command: EVALSHA, the script's SHA-1, the number of keys, keys and argv.
	args []any
	// short is what the short way of the call takes, which is tried first. Its script is nil if there is none, or
	// if the session was in another case.
	short shortCall
	timer *time.Timer
	done  chan struct{}

	// Only the flusher that took the call touches these, until done has a value.
	reply []byte
	err   error

	// Guarded by the batcher's lock.
	taken   bool
	givenUp bool
	refused error // what the Cluster answered last, if the call goes again
}

// arg is an argument that the client takes by reference: a pointer in an interface costs no
// allocation, a slice does.
type arg []byte

// MarshalBinary implements encoding.BinaryMarshaler, by which go-redis gets the bytes.
func (a *arg) MarshalBinary() ([]byte, error) { return *a, nil }

// keepRequest is the size up to which a call keeps its buffer for the next one. Almost all events
// are smaller; one of 256 KiB must not make every pooled call that large.
const keepRequest = 16 << 10

// newCall returns an empty call with a stopped timer. The channel has room for one value, so that a
// flusher never waits for a caller that has given up.
func newCall() *call {
	c := &call{timer: time.NewTimer(time.Hour), done: make(chan struct{}, 1)}
	c.timer.Stop()
	return c
}

// reset empties the call for the next use. It also lets go of what the caller gave it.
func (c *call) reset() {
	c.script, c.reply, c.err = nil, nil, nil
	c.keys, c.argv = [6]string{}, [5]arg{}
	c.short = shortCall{}
	if cap(c.request) > keepRequest {
		c.request = nil
	}
	// clear, and not only a shorter slice: behind its end, the array would keep the pointers.
	clear(c.args)
	c.args, c.request, c.cuts = c.args[:0], c.request[:0], c.cuts[:0]
	c.taken, c.givenUp, c.refused = false, false, nil
}

// seal ends the last argument and makes the command. The request may not grow afterwards: argv
// points into it. For Ack, for example, the command is
//
//	EVALSHA <sha> 2 kaiwa:{p3f}:<id> kaiwa:{p3f}:w <9 bytes of request>
func (c *call) seal(s *script, keys ...string) {
	c.script = s
	n := copy(c.keys[:], keys)
	c.args = append(c.args[:0], "evalsha", &s.sha, strconv.Itoa(n))
	for i := range n {
		c.args = append(c.args, &c.keys[i])
	}
	c.cut()
	from := 0
	for i, to := range c.cuts {
		c.argv[i] = c.request[from:to]
		c.args = append(c.args, &c.argv[i])
		from = to
	}
}

// sealMany is seal for any number of keys, one at least, and for arguments that are not in the request. Of the
// keys, c.keys has the first, by which a batcher finds the node.
func (c *call) sealMany(s *script, keys []any, args ...any) {
	c.script = s
	c.keys[0], _ = keys[0].(string)
	c.args = append(c.args[:0], "evalsha", &s.sha, strconv.Itoa(len(keys)))
	c.args = append(append(c.args, keys...), args...)
}

// cut ends an argument of the script.
func (c *call) cut() { c.cuts = append(c.cuts, len(c.request)) }

// The methods below append one field to the request. Numbers are big-endian, as the scripts unpack
// them: u8 is B, u32 is I4, u40 is I5, u48 is I6.

func (c *call) u8(n int) { c.request = append(c.request, byte(n)) }

func (c *call) u16(n int64) { c.request = append(c.request, byte(n>>8), byte(n)) }

func (c *call) u24(n int64) { c.request = append(c.request, byte(n>>16), byte(n>>8), byte(n)) }

func (c *call) u32(n uint32) { c.request = binary.BigEndian.AppendUint32(c.request, n) }

// A number that is too large for its bytes becomes the largest that fits. So an Ack of the largest Seq
// acknowledges everything.
func (c *call) u40(n uint64) {
	n = min(n, 1<<40-1)
	c.request = binary.BigEndian.AppendUint32(append(c.request, byte(n>>32)), uint32(n))
}

func (c *call) u48(n int64) {
	n = min(max(n, 0), 1<<48-1)
	c.request = append(c.request, byte(n>>40), byte(n>>32))
	c.u32(uint32(n))
}

func (c *call) flag(b bool) {
	if b {
		c.u8(1)
	} else {
		c.u8(0)
	}
}

// time appends t: see millis.
func (c *call) time(t time.Time) { c.u48(millis(t)) }

// millis is t in milliseconds since 1970. The zero time, and what is before 1970, is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return min(max(t.UnixMilli(), 0), 1<<48-1)
}

// term appends how long a lease lasts: see termOf.
func (c *call) term(d, def time.Duration) { c.u32(uint32(termOf(d, def))) }

// termOf is how long a lease lasts, in milliseconds: d, or def if d is not positive.
func termOf(d, def time.Duration) int64 {
	if d <= 0 {
		d = def
	}
	return min(max(d.Milliseconds(), 1), 1<<32-1)
}

// outputs appends the outputs of the commit that makes revision rev, as the session stores them:
// see outputFormat. With rev 7 and two outputs, their numbers are 7<<8|1 and 7<<8|2.
func (c *call) outputs(rev uint32, bodies [][]byte) {
	for i, body := range bodies {
		c.u40(uint64(session.MakeSeq(rev, i+1)))
		c.u32(uint32(len(body)))
		c.request = append(c.request, body...)
	}
}
