package line

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"github.com/kaiwa-go/kaiwa/transport"
)

// salvage sends what LINE has nothing against, where it refused other messages of the delivery for good: it
// takes all messages of a call or none. For example, LINE refuses the third of five: the other four are sent
// in order, by a second call, and the error has the third alone in Refused. LINE may find fault with one
// message after the other, which makes a call more for each.
//
// What is sent has a retry key of its own. If the process dies before it has noted what arrived, the next
// one sends all five again: LINE refuses them again, and knows the four by their key.
func (c *attempt) salvage(ctx context.Context, mayPush bool, refusal error) error {
	named := namedIn(refusal)
	var messages []json.RawMessage
	if len(named) == 0 || json.Unmarshal(c.d.Messages, &messages) != nil {
		return refusal
	}
	whole, err := *c.d, refusal
	bad, left := make([]bool, len(messages)), make([]int, len(messages))
	for i := range left {
		left[i] = i
	}
	for ; len(named) > 0; named = namedIn(err) {
		for _, i := range named {
			if i >= len(left) {
				return refusal
			}
			bad[left[i]] = true
		}
		if left = slices.DeleteFunc(left, func(i int) bool { return bad[i] }); len(left) == 0 {
			return refusal
		}
		part := whole
		part.Messages, part.Key = picked(messages, bad, false), partKey(whole.Key, bad)
		c.d = &part
		err = c.deliver(ctx, mayPush)
	}
	var out, se *transport.SendError
	switch {
	case err == nil && errors.As(refusal, &se):
		return &transport.SendError{Disposition: transport.Drop, Refused: picked(messages, bad, true), Err: se.Err}
	case errors.As(err, &out) && out.Disposition == transport.Drop:
		return refusal // nothing of it arrived
	default:
		return err
	}
}

// inMessage and ofMessage are the two ways in which LINE names a message: in its words of a Flex message, and
// in the paths of the details.
var (
	inMessage = regexp.MustCompile(`^A message \(messages\[(\d)\]\)`)
	ofMessage = regexp.MustCompile(`^messages\[(\d)\]`)
)

// namedIn returns which messages LINE refused for good. It is nil if LINE has something against the rest of the
// call, too, or does not say what is wrong.
func namedIn(err error) []int {
	var se *transport.SendError
	var e *APIError
	if !errors.As(err, &se) || se.Disposition != transport.Drop || !errors.As(err, &e) ||
		e.Status != http.StatusBadRequest {
		return nil
	}
	if m := inMessage.FindStringSubmatch(e.Message); m != nil {
		n, _ := strconv.Atoi(m[1]) // a digit
		return []int{n}
	}
	var named []int
	for _, d := range e.Details {
		m := ofMessage.FindStringSubmatch(d.Property)
		if m == nil {
			return nil
		}
		n, _ := strconv.Atoi(m[1]) // a digit
		named = append(named, n)
	}
	return named
}

// picked returns the array of the messages that are bad, or of the others.
func picked(messages []json.RawMessage, bad []bool, want bool) []byte {
	b := []byte{'['}
	for i, m := range messages {
		if bad[i] != want {
			continue
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(b, m...)
	}
	return append(b, ']')
}

// partKey returns the retry key of a delivery without the messages that are bad.
func partKey(key [16]byte, bad []bool) [16]byte {
	key[14] ^= 0xff
	for i, is := range bad {
		if is {
			key[15] ^= 1 << i
		}
	}
	return key
}
