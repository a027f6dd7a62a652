package redisstore

import (
	"encoding/binary"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/kaiwa-go/kaiwa/session"
)

// call is one script call on its way. It owns the bytes that it sends, so that a caller that
// gives up may do with its own as it likes.
type call struct {
	script  *script
	keys    [4]string
	request []byte // the bytes of all ARGV, one after the other
	cuts    []int  // where each of them ends
	argv    [5]arg // the same, as the args refer to them
	args    []any
	timer   *time.Timer
	done    chan struct{}

	// Of the flusher, until done.
	cmd   *redis.StringCmd
	reply []byte
	err   error

	// Guarded by the batcher's lock.
	taken   bool // by a flusher
	givenUp bool // by the caller
}

// arg is an argument that the client takes by reference, without an allocation.
type arg []byte

func (a *arg) MarshalBinary() ([]byte, error) { return *a, nil }

// keepRequest is the size up to which a call keeps its bytes for the next one.
const keepRequest = 16 << 10

func newCall() *call {
	c := &call{timer: time.NewTimer(time.Hour), done: make(chan struct{}, 1)}
	c.timer.Stop()
	return c
}

func (c *call) reset() {
	c.script, c.cmd, c.reply, c.err = nil, nil, nil, nil
	c.keys, c.argv = [4]string{}, [5]arg{}
	if cap(c.request) > keepRequest {
		c.request = nil
	}
	clear(c.args)
	c.args, c.request, c.cuts = c.args[:0], c.request[:0], c.cuts[:0]
	c.taken, c.givenUp = false, false
}

// seal makes the arguments of the script out of the keys and the request, whose last argument ends here.
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

// sealMany is seal for any number of keys, and for arguments that are not in the request.
func (c *call) sealMany(s *script, keys []any, args ...any) {
	c.script = s
	c.args = append(c.args[:0], "evalsha", &s.sha, strconv.Itoa(len(keys)))
	c.args = append(append(c.args, keys...), args...)
}

// read reads the answer. It is false if Redis has lost the script: then the call is to go again, and
// has its text with it.
func (c *call) read() bool {
	c.reply, c.err = c.cmd.Bytes()
	if c.err == nil || c.args[0] != "evalsha" || !redis.HasErrorPrefix(c.err, "NOSCRIPT") {
		return true
	}
	c.args[0], c.args[1] = "eval", c.script.text
	return false
}

// cut ends an argument.
func (c *call) cut() { c.cuts = append(c.cuts, len(c.request)) }

// The numbers of a request are big-endian, as the scripts unpack them.

func (c *call) u8(n int) { c.request = append(c.request, byte(n)) }

func (c *call) u32(n uint32) { c.request = binary.BigEndian.AppendUint32(c.request, n) }

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

// time appends t in milliseconds. The zero time is 0.
func (c *call) time(t time.Time) {
	if t.IsZero() {
		c.u48(0)
	} else {
		c.u48(t.UnixMilli())
	}
}

// term appends d in milliseconds, or def if d is not positive.
func (c *call) term(d, def time.Duration) {
	if d <= 0 {
		d = def
	}
	c.u32(uint32(min(max(d.Milliseconds(), 1), 1<<32-1)))
}

// outputs appends the outputs of the commit that makes revision rev as they are stored.
func (c *call) outputs(rev uint32, bodies [][]byte) {
	for i, body := range bodies {
		c.u40(uint64(session.MakeSeq(rev, i+1)))
		c.u32(uint32(len(body)))
		c.request = append(c.request, body...)
	}
}
