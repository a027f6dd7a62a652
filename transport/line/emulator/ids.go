package emulator

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// crockford is the alphabet of ULIDs.
var crockford = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

var (
	userID = regexp.MustCompile(`^U[0-9a-f]{32}$`)
	chatID = regexp.MustCompile(`^[CR][0-9a-f]{32}$`)
	uuid   = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
)

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: see crypto/rand
	return b
}

func randomHex(n int) string { return hex.EncodeToString(randomBytes(n)) }

// idOf makes the id of a user, a group or a room from its name alone, so that a bot with a durable
// store meets the same people after a restart.
func idOf(letter, name string) string {
	sum := sha256.Sum256([]byte(name))
	return letter + hex.EncodeToString(sum[:16])
}

// newULID makes the id of a webhook event: 48 bits of milliseconds and 80 random bits.
func newULID(t time.Time) string {
	b := make([]byte, 8, 17)
	binary.BigEndian.PutUint64(b, uint64(t.UnixMilli()))
	b = append(b[2:], randomBytes(10)...)
	// 26 characters hold 130 bits: two zero bits lead. Base32 pads at the end instead, so the bytes
	// are shifted right by two.
	shifted := make([]byte, 17)
	for i, v := range b {
		shifted[i] |= v >> 2
		shifted[i+1] = v << 6
	}
	return crockford.EncodeToString(shifted)[:26]
}

func newUUID() string {
	b := randomBytes(16)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func newQuoteToken() string { return base64.RawURLEncoding.EncodeToString(randomBytes(48)) }

// messageID makes the next id of a message: 18 decimal digits, beyond what a float64 can hold, as
// in LINE. It grows over restarts too. The caller holds p.mu.
func (p *Platform) messageID() string {
	p.lastMessage = max(p.lastMessage+1, p.opt.Now().UnixMilli()*100_000)
	return strconv.FormatInt(p.lastMessage, 10)
}
