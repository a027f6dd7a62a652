package content

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
	"github.com/kaiwa-go/kaiwa/transport/line/sdk"
)

var (
	// ErrNone says that the event is not a message with content.
	ErrNone = errors.New("content: the event has none")
	// ErrExternal says that the content is not with LINE.
	ErrExternal = errors.New("content: it is not with LINE")
	// ErrGone says that LINE has it no more: the user unsent it, or it is too old.
	ErrGone = errors.New("content: it is gone")
	// ErrTooLarge says that there are more bytes than allowed.
	ErrTooLarge = errors.New("content: it is too large")
	// ErrFailed says that LINE could not prepare it.
	ErrFailed = errors.New("content: LINE could not prepare it")
)

// LINE documents no interval in which to ask whether content is ready.
const (
	firstPoll = time.Second
	maxPoll   = 10 * time.Second
)

// File is content on its way. Close it.
type File struct {
	io.ReadCloser
	// Type is the media type as LINE says it, such as "image/jpeg".
	Type string
	// Size is the size in bytes, or -1 where LINE does not say.
	Size int64
}

// Open downloads the content of a message. It waits while LINE prepares it, until ctx ends, so
// give ctx a deadline; it has to last until the File is read. Reading ends with ErrTooLarge
// behind max bytes; none are allowed if it is below zero.
//
// Errors: ErrNone, ErrExternal, ErrGone, ErrTooLarge, ErrFailed, a *line.APIError, or that of
// ctx.
func Open(ctx context.Context, ch *line.Channel, e *transport.Event, max int64) (*File, error) {
	return open(ctx, ch, e, max, (*messaging_api.MessagingApiBlobAPI).GetMessageContentWithHttpInfo)
}

// Preview downloads a smaller picture of a picture or video, as Open does.
func Preview(ctx context.Context, ch *line.Channel, e *transport.Event, max int64) (*File, error) {
	return open(ctx, ch, e, max, (*messaging_api.MessagingApiBlobAPI).GetMessageContentPreviewWithHttpInfo)
}

type getter func(*messaging_api.MessagingApiBlobAPI, string) (*http.Response, *http.Response, error)

func open(ctx context.Context, ch *line.Channel, e *transport.Event, max int64, get getter) (*File, error) {
	switch {
	case !hasContent(e.Kind) || !isDecimal(e.MessageID):
		return nil, ErrNone
	case line.DetailsOf(e).External:
		return nil, ErrExternal
	}
	client := sdk.BlobClient(ctx, ch)
	for n := 1; ; n++ {
		resp, _, err := get(client, e.MessageID)
		if err != nil {
			return nil, refused(resp, err)
		}
		if resp.StatusCode != http.StatusAccepted {
			return newFile(resp, max)
		}
		_ = resp.Body.Close()
		if err := prepared(ctx, client, e.MessageID, n); err != nil {
			return nil, err
		}
	}
}

// prepared waits until LINE says that it has prepared the content.
func prepared(ctx context.Context, client *messaging_api.MessagingApiBlobAPI, id string, n int) error {
	for ; ; n++ {
		if err := httpcall.Pause(ctx, httpcall.Backoff(n, firstPoll, maxPoll)); err != nil {
			return err
		}
		resp, got, err := client.GetMessageContentTranscodingByMessageIdWithHttpInfo(id)
		switch {
		case err != nil:
			return refused(resp, err)
		case got.Status == messaging_api.GetMessageContentTranscodingResponseSTATUS_FAILED:
			return ErrFailed
		case got.Status != messaging_api.GetMessageContentTranscodingResponseSTATUS_PROCESSING:
			return nil
		}
	}
}

func refused(resp *http.Response, err error) error {
	err = sdk.Error(resp, err)
	var refusal *line.APIError
	if errors.As(err, &refusal) && (refusal.Status == http.StatusGone || refusal.Status == http.StatusNotFound) {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	return err
}

func newFile(resp *http.Response, most int64) (*File, error) {
	limit := max(most, 0)
	if resp.ContentLength > limit {
		_ = resp.Body.Close()
		return nil, ErrTooLarge
	}
	return &File{
		ReadCloser: &bounded{ReadCloser: resp.Body, left: limit},
		Type:       resp.Header.Get("Content-Type"), Size: resp.ContentLength,
	}, nil
}

// bounded is a body that may have no more than so many bytes.
type bounded struct {
	io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if int64(len(p))-1 > b.left {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if int64(n) > b.left {
		n = int(b.left)
		b.left = 0
		return n, ErrTooLarge
	}
	b.left -= int64(n)
	return n, err
}

// hasContent reports whether messages of this kind have content. Those that this package does not
// know may have.
func hasContent(k transport.Kind) bool {
	return k.IsMessage() && k != transport.KindText && k != transport.KindLocation && k != transport.KindSticker
}

// isDecimal reports whether s can be the id of a message. The SDK puts it into an address.
func isDecimal(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}
