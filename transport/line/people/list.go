package people

import (
	"context"
	"iter"
	"net/http"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/id"
	"github.com/kaiwa-go/kaiwa/transport/line/sdk"
)

// followersPage is the most that LINE gives at once.
const followersPage = 1000

// Followers yields the ids of the account's friends. An error is the last thing that it yields:
// ErrAccount, a *line.APIError, or that of ctx.
func (p *People) Followers(ctx context.Context) iter.Seq2[string, error] {
	return pages(func(next string) ([]string, string, error) {
		resp, page, err := sdk.Client(ctx, p.channel).GetFollowersWithHttpInfo(next, followersPage)
		if err != nil {
			return nil, "", refused(resp, err)
		}
		return page.UserIds, page.Next, nil
	})
}

// Members yields the ids of the users in the group or room of an event, without those on whom
// LINE tells nothing. An error is the last thing that it yields: ErrNobody, ErrAccount, a
// *line.APIError, or that of ctx.
func (p *People) Members(ctx context.Context, src transport.Source) iter.Seq2[string, error] {
	client := sdk.Client(ctx, p.channel)
	return pages(func(next string) ([]string, string, error) {
		if !id.Valid(src.ChatID) || src.Chat != transport.ChatGroup && src.Chat != transport.ChatRoom {
			return nil, "", ErrNobody
		}
		ask := client.GetGroupMembersIdsWithHttpInfo
		if src.Chat == transport.ChatRoom {
			ask = client.GetRoomMembersIdsWithHttpInfo
		}
		resp, page, err := ask(src.ChatID, next)
		if err != nil {
			return nil, "", refused(resp, err)
		}
		return page.MemberIds, page.Next, nil
	})
}

// MemberCount returns how many users are in the group or room of an event, without the bot.
// Errors: ErrNobody, a *line.APIError, or that of ctx.
func (p *People) MemberCount(ctx context.Context, src transport.Source) (int, error) {
	if !id.Valid(src.ChatID) {
		return 0, ErrNobody
	}
	client := sdk.Client(ctx, p.channel)
	var resp *http.Response
	var err error
	switch src.Chat {
	case transport.ChatGroup:
		r, count, e := client.GetGroupMemberCountWithHttpInfo(src.ChatID)
		if e == nil {
			return int(count.Count), nil
		}
		resp, err = r, e
	case transport.ChatRoom:
		r, count, e := client.GetRoomMemberCountWithHttpInfo(src.ChatID)
		if e == nil {
			return int(count.Count), nil
		}
		resp, err = r, e
	default:
		return 0, ErrNobody
	}
	return 0, refused(resp, err)
}

// pages yields what is on each page, up to the one that names no next.
func pages(ask func(next string) (ids []string, after string, err error)) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for next := ""; ; {
			ids, after, err := ask(next)
			if err != nil {
				yield("", err)
				return
			}
			for _, id := range ids {
				if !yield(id, nil) {
					return
				}
			}
			if after == "" || after == next {
				return
			}
			next = after
		}
	}
}
