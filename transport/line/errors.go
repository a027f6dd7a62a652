package line

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
)

var (
	errMessages  = errors.New("line: the messages are not a JSON array")
	errNoRoute   = errors.New("line: no reply token in time, and no push")
	errRedirects = errors.New("line: the API answered with a redirect")
)

// APIError is a refusal of the Messaging API. Send returns it inside a transport.SendError.
type APIError struct {
	// Status is the HTTP status.
	Status int
	// Message and Details are LINE's words. The messages of Details may quote what was sent, which is
	// why Error gives their properties alone.
	Message string
	Details []ErrorDetail
	// RequestID is LINE's id of the call. LINE asks for it when something is to be looked into.
	RequestID string
	// AcceptedRequestID is the id of the earlier call with the same retry key, if that was
	// accepted.
	AcceptedRequestID string
}

// ErrorDetail is what LINE says about one property of a request.
type ErrorDetail struct {
	Message string `json:"message"`
	// Property is a path such as "messages[0].text".
	Property string `json:"property"`
}

// stockMessages are the messages that LINE documents, without their variable parts.
// https://developers.line.biz/en/reference/messaging-api/#error-responses
var stockMessages = [...]string{
	"The request body has", "A message", "Invalid reply token", "The property,", "The request body could not be parsed as JSON",
	"The content type,", "Authentication failed", "Access to this API is not available for your account",
	"Failed to send messages", "You have reached your monthly limit", "The API rate limit has been exceeded",
	"Not found", "Cannot find channel key", "The maximum number of access tokens has already been issued",
	"invalid_client", "invalid_request", "The retry key is already accepted", "The request body is too large",
}

// wholeMessages are those of LINE's messages that say how many things are wrong, or in which message.
var wholeMessages = regexp.MustCompile(
	`^(The request body has \d{1,3} error\(s\)|A message \(messages\[\d\]\) in the request body is invalid)$`)

// aPath is what a property looks like: "messages[0].text", or "/footer/contents/2" of a Flex message.
var aPath = regexp.MustCompile(`^/?[A-Za-z]\w{0,31}([./]\w{1,32}|\[\d{1,4}\])*$`)

// maxPaths is how many bytes of paths an error names: with the rest it fits into the reason of a dead letter.
const maxPaths = 100

// Error returns the status, LINE's message as far as it is one of those that LINE documents, the paths
// of the properties that are wrong, and the request id. It never holds what was sent:
//
//	line: status 400: The request body has 1 error(s): messages[0].text (request 5d3b7f0a)
//	line: status 400: A message (messages[0]) in the request body is invalid: /footer/contents/2 (request 5d3b7f0a)
func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "line: status %d", e.Status)
	if wholeMessages.MatchString(e.Message) {
		b.WriteString(": " + e.Message)
	} else {
		for _, m := range stockMessages {
			if strings.HasPrefix(e.Message, m) {
				b.WriteString(": " + strings.TrimSuffix(m, ","))
				break
			}
		}
	}
	if paths := e.paths(); len(paths) > 0 {
		b.WriteString(": " + strings.Join(paths, ", "))
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request %s)", e.RequestID)
	}
	return b.String()
}

// paths returns the properties of the details that are paths and nothing else, as many as there is room for.
func (e *APIError) paths() []string {
	var paths []string
	room := maxPaths
	for _, d := range e.Details {
		if len(d.Property) <= room && aPath.MatchString(d.Property) {
			room -= len(d.Property)
			paths = append(paths, d.Property)
		}
	}
	return paths
}

// MonthlyLimit reports whether the account has used up its messages of the month. Replies are
// not counted and still go out. LINE tells this from a call rate that is too high by words
// alone: https://developers.line.biz/en/reference/messaging-api/#error-responses
func (e *APIError) MonthlyLimit() bool {
	return e.Status == 429 && strings.Contains(strings.ToLower(e.Message), "monthly limit")
}

// usedReplyToken reports whether the reply token was used before or has expired, which LINE
// does not tell apart.
func (e *APIError) usedReplyToken() bool {
	return e.Status == 400 && strings.Contains(strings.ToLower(e.Message), "invalid reply token")
}

// ErrorOf returns the refusal in an answer of the API, or nil if it is a success. The body can
// still be read afterwards, up to 64 KB of it.
func ErrorOf(resp *http.Response) *APIError {
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return nil
	}
	a := readResponse(resp)
	resp.Body = io.NopCloser(bytes.NewReader(a.body))
	return newAPIError(a)
}

// newAPIError reads the refusal off an answer. A body that is no JSON leaves the message empty.
func newAPIError(a *answer) *APIError {
	var body struct {
		Message string        `json:"message"`
		Details []ErrorDetail `json:"details"`
	}
	_ = json.Unmarshal(a.body, &body)
	return &APIError{
		Status: a.status, Message: body.Message, Details: body.Details,
		RequestID: a.requestID, AcceptedRequestID: a.acceptedRequestID,
	}
}
