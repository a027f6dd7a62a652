package httpcall

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httputil"
	"strconv"
)

var errHTTP = errors.New("line: malformed HTTP answer")

// header is what an answer says about itself.
type header struct {
	status  int
	fields  http.Header // those that matter
	body    []byte      // of a refusal
	cut     bool        // the body could not be read to its end
	length  int64       // of the body; below zero if not said
	chunked bool
	close   bool // the connection ends with this answer
}

// readAnswer reads one answer. Once there is a status there is no error: whatever is wrong
// with the rest, the server has decided.
func (c *conn) readAnswer() (resp *http.Response, reuse bool, err error) {
	h := header{length: -1}
	left := MaxHeader
	for range 8 {
		if err := readStatus(c.r, &h, &left); err != nil {
			return nil, false, err
		}
		err := h.readFields(c.r, &left)
		if h.status >= 200 {
			if err != nil {
				h.cut = true
				return h.response(), false, nil
			}
			h.readBody(c.r)
			return h.response(), !h.close && !h.cut && c.r.Buffered() == 0, nil
		}
		if err != nil || h.status == http.StatusSwitchingProtocols {
			return nil, false, errHTTP
		}
		h = header{length: -1} // an interim answer, such as 100 Continue
	}
	return nil, false, errHTTP
}

// readLine reads a line without its end.
func readLine(r *bufio.Reader, left *int) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		return nil, errHTTP
	}
	if err != nil {
		return nil, err
	}
	if *left -= len(line); *left < 0 {
		return nil, errHTTP
	}
	return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), nil
}

// readStatus reads a line such as "HTTP/1.1 200 OK".
func readStatus(r *bufio.Reader, h *header, left *int) error {
	line, err := readLine(r, left)
	if err != nil {
		return err
	}
	const minLen = len("HTTP/1.1 200")
	if len(line) < minLen || string(line[:7]) != "HTTP/1." || line[8] != ' ' ||
		len(line) > minLen && line[minLen] != ' ' {
		return errHTTP
	}
	status, err := strconv.ParseUint(string(line[9:minLen]), 10, 16)
	if err != nil || status < 100 {
		return errHTTP
	}
	h.status, h.close = int(status), line[7] == '0'
	return nil
}

func (h *header) readFields(r *bufio.Reader, left *int) error {
	for {
		line, err := readLine(r, left)
		if err != nil {
			return err
		}
		if len(line) == 0 {
			return nil
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			return errHTTP
		}
		if err := h.field(name, bytes.TrimSpace(value)); err != nil {
			return err
		}
	}
}

func (h *header) field(name, value []byte) error {
	is := func(s string) bool { return len(name) == len(s) && bytes.EqualFold(name, []byte(s)) }
	switch {
	case is("Connection"):
		h.close = h.close || !bytes.EqualFold(value, []byte("keep-alive"))
	case is("Content-Length"):
		n, err := strconv.ParseUint(string(value), 10, 62)
		if err != nil || h.length >= 0 && h.length != int64(n) {
			return errHTTP
		}
		h.length = int64(n)
	case is("Transfer-Encoding"):
		if h.chunked || !bytes.EqualFold(value, []byte("chunked")) {
			return errHTTP
		}
		h.chunked = true
	case is(RequestID):
		h.set(RequestID, value)
	case is(AcceptedRequestID):
		h.set(AcceptedRequestID, value)
	case is(RetryAfter):
		h.set(RetryAfter, value)
	}
	return nil
}

func (h *header) set(name string, value []byte) {
	if h.fields == nil {
		h.fields = http.Header{}
	}
	h.fields[name] = []string{string(value)}
}

func (h *header) ok() bool { return h.status >= 200 && h.status < 300 }

// response returns the answer. Its body ends in an error if it was cut.
func (h *header) response() *http.Response {
	resp := &http.Response{
		StatusCode: h.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h.fields, Body: http.NoBody,
		ContentLength: int64(len(h.body)),
	}
	if h.cut || len(h.body) > 0 {
		resp.Body = io.NopCloser(&cutReader{bytes.NewReader(h.body), h.cut})
	}
	return resp
}

// cutReader ends in an error where the body was cut.
type cutReader struct {
	*bytes.Reader
	cut bool
}

func (r *cutReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err == io.EOF && r.cut {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// WriteTo would end without the error.
func (r *cutReader) WriteTo(w io.Writer) (int64, error) {
	n, err := r.Reader.WriteTo(w)
	if err == nil && r.cut {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// readBody reads the body, and sets cut and close if there was something wrong with it.
func (h *header) readBody(r *bufio.Reader) {
	limit := int64(MaxAnswer)
	var body io.Reader = r
	switch {
	case h.status == http.StatusNoContent || h.status == http.StatusNotModified:
		return
	case h.chunked:
		h.close = h.close || h.length >= 0 // a sign of smuggling
		body = httputil.NewChunkedReader(r)
	case h.length < 0: // up to the end of the connection
		h.close = true
	default:
		h.close = h.close || h.length > limit
		limit = min(limit, h.length)
		if h.ok() {
			n, _ := r.Discard(int(limit))
			h.cut = int64(n) < limit
			return
		}
	}
	var err error
	h.body, err = io.ReadAll(io.LimitReader(body, limit))
	n := int64(len(h.body))
	h.cut = err != nil || !h.chunked && h.length >= 0 && n < limit
	switch {
	case !h.chunked || h.cut:
	case n == limit: // there may be more
		h.close = true
	default:
		left := MaxHeader
		h.cut = (&header{length: -1}).readFields(r, &left) != nil // the trailer
	}
	if h.ok() {
		h.body = nil
	}
}
