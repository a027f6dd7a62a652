package line

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"hash"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/credential"
)

// maxUnchecked is how many bytes of bodies are held at once whose signature was not checked yet.
// Bodies of up to trustedSize do not count, so that strangers with large ones keep no usual webhook
// out.
const maxUnchecked = 32 << 20

var errCrowded = errors.New("line: too many bytes of webhooks at once")

// entrance reads webhooks that nobody knows yet to be LINE's. A Channel and a Mux have one each.
type entrance struct {
	maxBody int64
	log     *slog.Logger
	held    atomic.Int64 // bytes that count against maxUnchecked
	rejected
}

// refuse counts a webhook, and answers it with no more than the status says, as the sender is not
// known.
func (e *entrance) refuse(w http.ResponseWriter, r *http.Request, why rejection) {
	e.note(r.Context(), e.log, why, time.Now())
	status := refused[why].status
	http.Error(w, http.StatusText(status), status)
}

// unchecked is a body with its signature, which is not checked.
type unchecked struct {
	signature string
	body      []byte
	held      int64 // what it counts against maxUnchecked
}

// free says that the body is checked, or of no use.
func (e *entrance) free(u *unchecked) {
	e.held.Add(-u.held)
	u.held = 0
}

// read reads a webhook into u, or returns why it is refused. In both cases free must follow.
func (e *entrance) read(w http.ResponseWriter, r *http.Request, u *unchecked) rejection {
	signatures := r.Header[signatureHeader]
	if len(signatures) != 1 || len(signatures[0]) != signatureLen {
		return refusedUnsigned
	}
	u.signature = signatures[0]
	if r.ContentLength > e.maxBody {
		return refusedLarge
	}
	err := e.readBody(http.MaxBytesReader(w, r.Body, e.maxBody), r.ContentLength, u)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return refusedLarge
	case errors.Is(err, errCrowded):
		return refusedCrowded
	case errors.Is(err, os.ErrDeadlineExceeded):
		return refusedSlow
	case err != nil, len(u.body) == 0:
		return refusedCut
	default:
		return 0
	}
}

// readBody reads a body of this size, or of any size if it is below zero. Not more is allocated on
// the word of a Content-Length than a small body takes; it grows with what comes. Events refer to
// the body, which is why its buffer is not used again.
func (e *entrance) readBody(r io.Reader, size int64, u *unchecked) error {
	limit := size
	if size < 0 {
		limit = e.maxBody + 1
	}
	u.body = make([]byte, 0, min(limit, trustedSize))
	for size < 0 || int64(len(u.body)) < size {
		if len(u.body) == cap(u.body) {
			if err := e.grow(u, min(2*int64(cap(u.body)), limit)); err != nil {
				return err
			}
		}
		n, err := r.Read(u.body[len(u.body):cap(u.body)])
		u.body = u.body[:len(u.body)+n]
		switch {
		case err == io.EOF && (size < 0 || int64(len(u.body)) == size):
			return nil
		case err == io.EOF:
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		}
	}
	return nil
}

// grow makes room for size bytes. While they are copied, both buffers count. A body that is alone is
// let in whatever its size.
func (e *entrance) grow(u *unchecked, size int64) error {
	all, own := e.held.Add(size), u.held+size
	u.held = own
	if all > maxUnchecked && all != own {
		return errCrowded
	}
	u.body = append(make([]byte, 0, size), u.body...)
	e.held.Add(size - own)
	u.held = size
	return nil
}

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
