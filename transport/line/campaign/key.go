package campaign

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
)

// retryKey is the key of a chunk. It follows from what is sent, so that a ledger that lost
// its last record in a crash still leads to the same key.
func retryKey(name, kind string, chunk int, body []byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "kaiwa campaign\n%s\n%s\n%d\n", name, kind, chunk)
	h.Write(body)
	return httpcall.Key([16]byte(h.Sum(nil)))
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
