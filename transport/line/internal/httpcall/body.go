package httpcall

import (
	"errors"
	"io"
	"net/http"
)

// MaxAnswer is how much of an answer's body is read. Longer ones are of no use to anybody.
const MaxAnswer = 64 << 10

// ErrCut says that an answer broke off.
var ErrCut = errors.New("line: the answer broke off")

// Body reads the body of an answer, as far as it is of use, and closes it. The error is ErrCut.
func Body(resp *http.Response) ([]byte, error) {
	defer func() { _ = resp.Body.Close() }()
	if resp.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxAnswer))
	if err != nil {
		return body, ErrCut
	}
	return body, nil
}
