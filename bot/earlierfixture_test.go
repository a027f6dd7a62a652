package bot_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// fixture is a file of testdata/earlier: the keys of a namespace, as a build left them.
type fixture struct {
	Written  int64               // when, in ms
	Shown    map[string][]string // by chat, the data of the buttons that it saw
	RetryKey string              // of the push to fay
	Keys     []storedKey
}

// storedKey is a string, a sorted set or a stream. Names are without the namespace.
type storedKey struct {
	Key    string
	TTL    int64 // ms; -1 for none
	Value  *stored
	Set    []storedMember
	Stream []storedEntry
}

type storedMember struct {
	Score  int64 // ms: all sets are sorted by time
	Member stored
}

type storedEntry struct {
	ID     string
	Fields map[string]stored
}

// stored is a string of Redis and the times in it, so that a test can have it written lately.
type stored struct {
	Bytes latin1
	Times []storedTime
}

// storedTime is a big-endian number of units of so many ms, modulo what its bytes hold; or a
// varint of ms, or decimal digits.
type storedTime struct {
	What            string
	At, Bytes, Unit int
	As              string
}

// latin1 is written as a string with one character for each byte.
type latin1 []byte

func (l *latin1) UnmarshalJSON(b []byte) error {
	var s string
	err := json.Unmarshal(b, &s)
	for _, r := range s {
		*l = append(*l, byte(r))
	}
	return err
}

func readFixture(t *testing.T, file string) *fixture {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	f := new(fixture)
	require.NoError(t, json.Unmarshal(b, f))
	return f
}

// fixtureRedis is a namespace of a Redis.
type fixtureRedis struct {
	*redis.Client
	namespace string
}

// restore writes the keys as if the fixture had been written age ago.
func (r *fixtureRedis) restore(t *testing.T, f *fixture, age time.Duration) {
	t.Helper()
	ctx := t.Context()
	shift := time.Now().Add(-age).UnixMilli() - f.Written
	for _, k := range f.Keys {
		key := "kaiwa:" + r.namespace + ":" + k.Key
		switch {
		case k.Value != nil:
			require.NoError(t, r.Set(ctx, key, k.Value.shifted(t, shift), 0).Err())
		case k.Set != nil:
			for _, m := range k.Set {
				z := redis.Z{Score: float64(m.Score + shift), Member: m.Member.shifted(t, shift)}
				require.NoError(t, r.ZAdd(ctx, key, z).Err())
			}
		default:
			for _, e := range k.Stream {
				a := &redis.XAddArgs{Stream: key, ID: e.ID}
				for name, field := range e.Fields {
					a.Values = append(asList(a.Values), name, field.shifted(t, shift))
				}
				require.NoError(t, r.XAdd(ctx, a).Err())
			}
		}
		if k.TTL > 0 {
			require.NoError(t, r.PExpire(ctx, key, time.Duration(k.TTL)*time.Millisecond).Err())
		}
	}
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

func (s *stored) shifted(t *testing.T, ms int64) []byte {
	t.Helper()
	b := bytes.Clone(s.Bytes)
	for _, at := range s.Times {
		p := b[at.At : at.At+at.Bytes]
		switch at.As {
		case "varint":
			v, _ := binary.Varint(p)
			require.Equal(t, len(p), binary.PutVarint(make([]byte, binary.MaxVarintLen64), v+ms), "it grows in 2039")
			binary.PutVarint(p, v+ms)
		case "decimal":
			v, err := strconv.ParseInt(string(p), 10, 64)
			require.NoError(t, err)
			copy(p, fmt.Sprint(v+ms))
		default:
			var v [8]byte
			copy(v[8-len(p):], p)
			sum := binary.BigEndian.Uint64(v[:]) + uint64(ms/int64(at.Unit))
			binary.BigEndian.PutUint64(v[:], sum)
			copy(p, v[8-len(p):])
		}
	}
	return b
}
