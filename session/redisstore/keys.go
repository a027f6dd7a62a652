package redisstore

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/kaiwa-go/kaiwa/session"
)

// partition is a share of the sessions. All keys of a partition are in one hash slot, so that one
// script may write several of them, in a Cluster too. The keys of the partition p3f are in the slot of the
// text "p3f", as a Cluster hashes only what is between the first { and }.
type partition struct {
	prefix string // of the keys, with the hash tag
	bounds string // for each account, a time before which nothing of it is due

	// What earlier builds wrote, when sessions had no account.
	watch string // the watch index
	dead  string // the stream of dead letters
}

// watchOf returns the watch index of an account.
func (p *partition) watchOf(account string) string { return p.watch + ":" + account }

// deadOf returns the stream of dead letters of an account.
func (p *partition) deadOf(account string) string { return p.dead + ":" + account }

// home is where a session is kept. All sessions of earlier builds stay where they are: their key has the
// hash alone, as it has now. If the session is named by its hash alone, as Due lists those of earlier
// builds, home has their index and their stream.
type home struct {
	*partition
	session, mailbox string // keys
	watch, dead      string // of the account, or of earlier builds
	account, hash    string
	earlier          bool // the id is the hash alone
}

// at returns the home of a session. The id is one that checkID took.
func (s *Store) at(id string) home {
	l := home{partition: s.part(id), account: session.Account(id), hash: id[len(id)-session.HashLen:]}
	of := ":" + l.account
	if l.earlier = len(id) == session.HashLen; l.earlier {
		of = ""
	}
	// All keys are cut out of one string, which costs one allocation.
	keys := l.prefix + l.hash + l.prefix + "q:" + l.hash + l.partition.watch + of + l.partition.dead + of
	cut := func(n int) (key string) {
		key, keys = keys[:n], keys[n:]
		return key
	}
	l.session = cut(len(l.prefix) + len(l.hash))
	l.mailbox = cut(len(l.session) + len("q:"))
	l.watch = cut(len(l.partition.watch) + len(of))
	l.dead = keys
	return l
}

// checkID refuses an id that neither Key.ID nor Due made. A hash such as "w:shop-in-tokyo." would name another
// key of the partition: a watch index.
func checkID(op, id string) error {
	hash := id[max(0, len(id)-session.HashLen):]
	slash := len(id) - len(hash) - 1
	if len(hash) != session.HashLen || slash >= 0 && id[slash] != '/' {
		return fmt.Errorf("redisstore: %s: not the id of a session", op)
	}
	for i := range len(hash) {
		if tagValue(hash[i]) < 0 {
			return fmt.Errorf("redisstore: %s: not the id of a session", op)
		}
	}
	return nil
}

const (
	root  = "kaiwa:"
	slots = 16384 // hash slots of a Cluster; each key is in one of them
)

// namespaceRoot is what all keys of a namespace begin with.
func namespaceRoot(namespace string) string {
	if namespace == "" {
		return root
	}
	return root + namespace + ":"
}

// makePartitions names n partitions. Their slots are spread evenly, and so a Cluster's masters get
// an equal share of them. For that, it cuts the 16384 slots into n ranges, and gives the range i the
// first of the tags p0, p1, p2... that falls into it. With 64 partitions a range has 256 slots.
func makePartitions(namespace string, n int) []partition {
	parts := make([]partition, n)
	for i, left := 0, n; left > 0; i++ {
		tag := "p" + strconv.FormatInt(int64(i), 16)
		// The slot of the tag, and the range that the slot is in: with 64 partitions, slot 1000 is in range 3.
		p := &parts[int(crc16(tag))%slots*n/slots]
		if p.prefix != "" {
			continue // the range has a tag already
		}
		p.prefix = namespaceRoot(namespace) + "{" + tag + "}:"
		p.bounds = p.prefix + "a"
		p.watch = p.prefix + "w"
		p.dead = p.prefix + "dl"
		left--
	}
	return parts
}

// markOf returns the key that a barrier writes, in the partition of the other key. For the session
// kaiwa:{p3f}:abc that is kaiwa:{p3f}:f.
func markOf(key string) string { return key[:strings.IndexByte(key, '}')+2] + "f" }

// part returns the partition of a session. The first four characters of its hash decide, which are
// 24 bits. Example: VG6d are the digits 21, 6, 58 and 29 to the base 64, which is 5533341; of 64
// partitions, that is the one with index 29.
func (s *Store) part(id string) *partition {
	hash := id[max(0, len(id)-session.HashLen):]
	n := 0
	for i := range min(4, len(hash)) {
		n = n<<6 | tagValue(hash[i])&63
	}
	return &s.parts[n%len(s.parts)]
}

// tagValue returns the value of a character of URL-safe base64, 0 to 63, or a negative number for
// any other character.
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

// crc16 is CRC-16/XMODEM. Redis Cluster finds the slot of a key by the CRC of its hash tag:
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
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
