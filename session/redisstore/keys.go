package redisstore

import (
	"strconv"
	"strings"
)

// partition is a share of the sessions: the keys of all of them are in one hash slot.
type partition struct {
	prefix string // of the keys, with the hash tag
	watch  string // the index of when to look at which session
	dead   string // the stream of dead letters
}

const (
	root  = "kaiwa:"
	slots = 16384 // https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
)

// namespaceRoot is what all keys of a namespace begin with.
func namespaceRoot(namespace string) string {
	if namespace == "" {
		return root
	}
	return root + namespace + ":"
}

// makePartitions names n partitions so that they are spread evenly over the slots, and thereby
// over the masters of a Cluster: the ith has the first tag that falls into the ith nth of them.
func makePartitions(namespace string, n int) []partition {
	parts := make([]partition, n)
	for i, left := 0, n; left > 0; i++ {
		tag := "p" + strconv.FormatInt(int64(i), 16)
		p := &parts[int(crc16(tag))%slots*n/slots]
		if p.prefix != "" {
			continue
		}
		p.prefix = namespaceRoot(namespace) + "{" + tag + "}:"
		p.watch = p.prefix + "w"
		p.dead = p.prefix + "dl"
		left--
	}
	return parts
}

// markOf returns the key that a barrier writes in the partition of the other key.
func markOf(key string) string { return key[:strings.IndexByte(key, '}')+2] + "f" }

// part returns the partition of a session: the first 24 bits of its id decide.
func (s *Store) part(id string) *partition {
	n := 0
	for i := range min(4, len(id)) {
		n = n<<6 | tagValue(id[i])&63
	}
	return &s.parts[n%len(s.parts)]
}

// tagValue is the value of a character of URL-safe base64, or negative.
func tagValue(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return int(c - 'A')
	case c >= 'a' && c <= 'z':
		return int(c-'a') + 26
	case c >= '0' && c <= '9':
		return int(c-'0') + 52
	case c == '-':
		return 62
	case c == '_':
		return 63
	default:
		return -1
	}
}

// crc16 is CRC-16/XMODEM, by which Redis Cluster finds the slot of a hash tag.
func crc16(s string) uint16 {
	var crc uint16
	for i := range len(s) {
		crc ^= uint16(s[i]) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}
