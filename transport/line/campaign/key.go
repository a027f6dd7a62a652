package campaign

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// retryKey is the key of a chunk: a UUID of version 8, which leaves all bits but six to the
// application (RFC 9562, section 5.8). It follows from what is sent, so that a ledger that lost
// its last record in a crash still leads to the same key.
func retryKey(name, kind string, chunk int, body []byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "kaiwa campaign\n%s\n%s\n%d\n", name, kind, chunk)
	h.Write(body)
	k := h.Sum(nil)
	k[6] = k[6]&0x0f | 0x80
	k[8] = k[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", k[:4], k[4:6], k[6:8], k[8:10], k[10:16])
}

// fingerprint stands for what a campaign sends, whoever it is sent to.
func fingerprint(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// mark stands for a recipient in memory: 16 bytes, of which no two are alike.
type mark [16]byte

func markOf(id string) mark {
	sum := sha256.Sum256([]byte(id))
	return mark(sum[:16])
}
