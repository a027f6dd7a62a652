package line

import (
	"io"
	"net/http"
)

// maxAnswer is how much of an answer's body is read. Longer ones are of no use to anybody.
const maxAnswer = 64 << 10

// answerOf reads the body of an answer, as far as it is of use, and closes it. The error is errBodyCut.
func answerOf(resp *http.Response) ([]byte, error) {
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return body, errBodyCut
	}
	return body, nil
}
