package richmenu

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/httpcall"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/id"
	"github.com/kaiwa-go/kaiwa/transport/line/sdk"
)

const (
	// maxUsers and maxMoves are LINE's limits of one call.
	maxUsers = 500
	maxMoves = 1000
	// attempts is how often a call is made for which LINE has no answer.
	attempts  = 3
	firstWait = 200 * time.Millisecond
	maxWait   = 10 * time.Second
)

var (
	errAlias  = errors.New("richmenu: an alias is 1 to 32 of a-z, 0-9, _ and -")
	errMoved  = errors.New("richmenu: the menu of the alias is gone")
	resumeKey = regexp.MustCompile(`^[0-9a-zA-Z_-]{1,100}$`)
)

// Link shows the menu with the alias to all these users, whatever menu they had, 500 at a time. It
// returns how many it has told LINE. LINE does the work within seconds after that, and leaves out
// who is no friend of the account. To link users twice does no harm: after an error, call it again.
//
// The error is of the alias or of an id, before the first call; that of ctx; or that of a call, with a
// *line.APIError if LINE refused it.
// https://developers.line.biz/en/reference/messaging-api/#link-rich-menu-to-users
func Link(ctx context.Context, ch *line.Channel, alias string, users []string) (told int, err error) {
	if err := checkAlias(alias); err != nil {
		return 0, err
	}
	last := ""
	return inChunks(ctx, users, func(chunk []string) error {
		menu, err := menuOf(ctx, ch, alias)
		if err != nil {
			return err
		}
		resp, _, err := sdk.Client(ctx, ch).LinkRichMenuIdToUsersWithHttpInfo(
			&messaging_api.RichMenuBulkLinkRequest{RichMenuId: menu, UserIds: chunk})
		err = failed("link users to "+alias, sdk.Error(resp, err))
		if hasStatus(err, http.StatusNotFound) && menu != last { // Apply may have made a new one
			last = menu
			return errMoved
		}
		return err
	})
}

// Unlink takes the menus of these users away, so that they see the one that everybody has. For the
// rest, see Link.
// https://developers.line.biz/en/reference/messaging-api/#unlink-rich-menu-from-users
func Unlink(ctx context.Context, ch *line.Channel, users []string) (told int, err error) {
	return inChunks(ctx, users, func(chunk []string) error {
		resp, _, err := sdk.Client(ctx, ch).UnlinkRichMenuIdFromUsersWithHttpInfo(
			&messaging_api.RichMenuBulkUnlinkRequest{UserIds: chunk})
		return failed("unlink users", sdk.Error(resp, err))
	})
}

// Replace gives all users who are linked to one menu another, by the aliases: moves["old"] = "new".
// With an empty new one they see the menu that everybody has. All is done at the same time, so that
// menus may change places. Replace waits for LINE to do it, for Options.Wait; with Options.DryRun it
// asks LINE if it would.
//
// The key names this change: 1 to 100 of a-z, A-Z, 0-9, _ and -. A call with the same key, within 14
// days, goes on with what is not done and moves nobody twice. LINE allows three calls an hour.
//
// Errors: ErrUnfinished, after which it is to be called again with the same key; a fault of what is
// asked for, before the first call; that of ctx; or that of a call, with a *line.APIError if LINE
// refused it. o may be nil.
// https://developers.line.biz/en/reference/messaging-api/#batch-control-rich-menus-of-users
func Replace(ctx context.Context, ch *line.Channel, key string, moves map[string]string, o *Options) error {
	if !resumeKey.MatchString(key) {
		return errors.New("richmenu: the key is not 1 to 100 of a-z, A-Z, 0-9, _ and -")
	}
	if len(moves) == 0 || len(moves) > maxMoves {
		return fmt.Errorf("richmenu: %d menus to replace: LINE allows 1 to %d", len(moves), maxMoves)
	}
	req, err := batchOf(ctx, ch, moves)
	if err != nil {
		return err
	}
	req.ResumeRequestKey = key
	if o != nil && o.DryRun {
		resp, _, err := sdk.Client(ctx, ch).ValidateRichMenuBatchRequestWithHttpInfo(
			&messaging_api.RichMenuBatchRequest{Operations: req.Operations})
		return failed("replace menus", sdk.Error(resp, err))
	}
	s := newSetup(ctx, ch, o)
	return repeat(ctx, func() error { return s.batch(req) })
}

// batchOf looks the aliases up.
func batchOf(ctx context.Context, ch *line.Channel, moves map[string]string) (*messaging_api.RichMenuBatchRequest, error) {
	for from, to := range moves {
		if checkAlias(from) != nil || to != "" && checkAlias(to) != nil {
			return nil, errAlias
		}
	}
	req := &messaging_api.RichMenuBatchRequest{}
	for from, to := range moves {
		old, err := menuOf(ctx, ch, from)
		if err != nil {
			return nil, err
		}
		if to == "" {
			req.Operations = append(req.Operations, &messaging_api.RichMenuBatchUnlinkOperation{From: old})
			continue
		}
		next, err := menuOf(ctx, ch, to)
		if err != nil {
			return nil, err
		}
		req.Operations = append(req.Operations, &messaging_api.RichMenuBatchLinkOperation{From: old, To: next})
	}
	return req, nil
}

func checkAlias(alias string) error {
	if alias == "" || transport.CheckMenuName(alias) != nil {
		return errAlias
	}
	return nil
}

func menuOf(ctx context.Context, ch *line.Channel, alias string) (string, error) {
	resp, answer, err := sdk.Client(ctx, ch).GetRichMenuAliasWithHttpInfo(alias)
	if err != nil {
		return "", failed("look up "+alias, sdk.Error(resp, err))
	}
	return answer.RichMenuId, nil
}

// inChunks makes a call for each 500 users, and again where it may have failed by chance.
func inChunks(ctx context.Context, users []string, call func([]string) error) (told int, err error) {
	for i, u := range users { // LINE refuses all 500 for one
		if !id.Valid(u) {
			return 0, fmt.Errorf("richmenu: user %d has no id", i)
		}
	}
	for chunk := range slices.Chunk(users, maxUsers) {
		if err := repeat(ctx, func() error { return call(chunk) }); err != nil {
			return told, err
		}
		told += len(chunk)
	}
	return told, nil
}

// repeat makes a call that may be made twice, until LINE has answered it.
func repeat(ctx context.Context, call func() error) error {
	for n := 1; ; n++ {
		err := call()
		if err == nil || n == attempts || !passing(err) {
			return err
		}
		if err := httpcall.Pause(ctx, httpcall.Backoff(n, firstWait, maxWait)); err != nil {
			return err
		}
	}
}

// passing reports whether the next attempt may do better. HTTPClient has waited after a 429.
func passing(err error) bool {
	var refusal *line.APIError
	if errors.As(err, &refusal) {
		return refusal.Status >= 500 || refusal.Status == http.StatusRequestTimeout
	}
	return !errors.Is(err, ErrUnfinished) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}
