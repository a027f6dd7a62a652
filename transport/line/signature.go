package line

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"hash"
	"sync"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/credential"
)

// signatureLen is the length of a signature: 32 bytes in base64.
const signatureLen = 44

// verifier checks signatures against one secret or, during a rotation, several.
type verifier struct{ macs []*sync.Pool }

func newVerifier(secrets []string) *verifier {
	v := &verifier{macs: make([]*sync.Pool, len(secrets))}
	for i, s := range secrets {
		key := credential.New(s)
		v.macs[i] = &sync.Pool{New: func() any { return hmac.New(sha256.New, []byte(key.Reveal())) }}
	}
	return v
}

// verify reports whether signature belongs to body. It takes the same time whichever secret
// fits, and wherever a signature differs.
//
// It compares the base64 and not the bytes behind it: base64 has several texts for the same
// bytes, and only one of them is LINE's.
func (v *verifier) verify(signature string, body []byte) bool {
	if len(signature) != signatureLen {
		return false
	}
	var given, want [signatureLen]byte
	var sum [sha256.Size]byte
	copy(given[:], signature)
	ok := 0
	for _, pool := range v.macs {
		mac := pool.Get().(hash.Hash)
		mac.Reset()
		mac.Write(body)
		base64.StdEncoding.Encode(want[:], mac.Sum(sum[:0]))
		pool.Put(mac)
		ok |= subtle.ConstantTimeCompare(given[:], want[:])
	}
	return ok == 1
}
