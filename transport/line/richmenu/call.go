package richmenu

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
	"github.com/kaiwa-go/kaiwa/transport/line/sdk"
)

// ErrUnfinished says that LINE is still moving users to other menus, or may not do so now. What was
// declared for Apply is in force. Call Apply or Replace again later: that moves the rest, and Apply
// deletes the old versions of menus then.
var ErrUnfinished = errors.New("richmenu: users are still to be moved")

// maxPoll is the longest wait between two looks at a move. LINE allows 100 an hour.
const maxPoll = 40 * time.Second

func (s *setup) api() *messaging_api.MessagingApiAPI      { return sdk.Client(s.ctx, s.ch) }
func (s *setup) blob() *messaging_api.MessagingApiBlobAPI { return sdk.BlobClient(s.ctx, s.ch) }

func (s *setup) menu(alias string) *wanted {
	for i := range s.menus {
		if s.menus[i].Alias == alias {
			return &s.menus[i]
		}
	}
	return nil
}

func (s *setup) create(c *Change) error {
	w := s.menu(c.Alias)
	var req messaging_api.RichMenuRequest
	if err := json.Unmarshal(w.AppendJSON(nil, nameOf(w.Alias, s.owner, w.hash)), &req); err != nil {
		return fmt.Errorf("richmenu: %s: %w", c, err)
	}
	resp, menu, err := s.api().CreateRichMenuWithHttpInfo(&req)
	if err != nil {
		return failed(c.String(), sdk.Error(resp, err))
	}
	c.MenuID = menu.RichMenuId
	s.made = append(s.made, made{id: c.MenuID, alias: w.Alias, hash: w.hash})
	return nil
}

func (s *setup) upload(c *Change) error {
	w := s.menu(c.Alias)
	resp, _, err := s.blob().SetRichMenuImageWithHttpInfo(c.MenuID, w.mime, bytes.NewReader(w.Image))
	return failed(c.String(), sdk.Error(resp, err))
}

// move moves users as the changes say that are moves. The moves do not affect each other, and to
// make one again does no harm.
// https://developers.line.biz/en/reference/messaging-api/#batch-control-rich-menus-of-users
func (s *setup) move(changes []Change, current map[string]string) error {
	var req messaging_api.RichMenuBatchRequest
	for _, c := range changes {
		if c.What == opMove {
			req.Operations = append(req.Operations,
				&messaging_api.RichMenuBatchLinkOperation{From: c.MenuID, To: current[c.Alias]})
		}
	}
	return s.batch(&req)
}

// batch has LINE change the menus of many users, and waits for it.
func (s *setup) batch(req *messaging_api.RichMenuBatchRequest) error {
	resp, _, err := s.api().RichMenuBatchWithHttpInfo(req)
	err = failed("move users", sdk.Error(resp, err))
	switch {
	case hasStatus(err, http.StatusTooManyRequests):
		return fmt.Errorf("%w: %w", ErrUnfinished, err)
	case err != nil:
		return err
	}
	return s.moved(resp.Header.Get("X-Line-Request-Id"))
}

// moved waits until LINE has moved the users.
func (s *setup) moved(request string) error {
	end := time.Now().Add(s.wait)
	for n := 1; ; n++ {
		if err := httpcall.Pause(s.ctx, min(httpcall.Backoff(n, s.poll, maxPoll), time.Until(end))); err != nil {
			return fmt.Errorf("%w: %w", ErrUnfinished, err)
		}
		resp, progress, err := s.api().GetRichMenuBatchProgressWithHttpInfo(request)
		err = failed("ask how far the users are moved", sdk.Error(resp, err))
		switch {
		case hasStatus(err, http.StatusNotFound): // not yet
		case err != nil:
			return fmt.Errorf("%w: %w", ErrUnfinished, err)
		case progress.Phase == messaging_api.RichMenuBatchProgressPhase_SUCCEEDED:
			return nil
		case progress.Phase == messaging_api.RichMenuBatchProgressPhase_FAILED:
			return fmt.Errorf("%w: LINE could not move all of them", ErrUnfinished)
		}
		if !time.Now().Before(end) {
			return ErrUnfinished
		}
	}
}
