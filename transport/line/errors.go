package line

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
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
	// Message and Details are LINE's words. Details may quote what was sent, which is why
	// Error leaves them out.
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
	"The request body has", "Invalid reply token", "The property,", "The request body could not be parsed as JSON",
	"The content type,", "Authentication failed", "Access to this API is not available for your account",
	"Failed to send messages", "You have reached your monthly limit", "The API rate limit has been exceeded",
	"Not found", "Cannot find channel key", "The maximum number of access tokens has already been issued",
	"invalid_client", "invalid_request", "The retry key is already accepted", "The request body is too large",
}

// Error returns the status, LINE's message as far as it is one of those that LINE documents,
// and the request id. It never holds what was sent.
func (e *APIError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "line: status %d", e.Status)
	for _, m := range stockMessages {
		if strings.HasPrefix(e.Message, m) {
			b.WriteString(": " + strings.TrimSuffix(m, ","))
			break
		}
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request %s)", e.RequestID)
	}
	return b.String()
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
	_ = resp.Body.Close()
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
