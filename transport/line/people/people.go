package people

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/id"
	"github.com/kaiwa-go/kaiwa/transport/line/sdk"
)

var (
	// ErrNobody says that the source names no user, group or room, such as an event in a group
	// whose user has not agreed to be known.
	ErrNobody = errors.New("people: the source does not say who")
	// ErrNoProfile says that LINE gives no profile: the user has blocked the account or does not
	// agree, or is not in the group.
	ErrNoProfile = errors.New("people: LINE gives no profile")
	// ErrAccount says that LINE does not allow this to an account of this kind. Lists of friends
	// and members are for verified and premium accounts.
	ErrAccount = errors.New("people: not allowed to this kind of account")
)

// Options are the settings of People. Zero values stand for the defaults.
type Options struct {
	// Keep is how long a profile is kept. The default is 10 minutes; below zero keeps none.
	Keep time.Duration
	// Max is how many profiles are kept. The default is 10,000.
	Max int
}

// People answers who is behind a channel's events.
type People struct {
	channel *line.Channel
	cache   cache
}

// New returns the people of a channel. Make one per channel: it watches the events for as long as
// the channel is there. o may be nil.
func New(channel *line.Channel, o *Options) *People {
	if o == nil {
		o = &Options{}
	}
	p := &People{channel: channel, cache: cache{keep: o.Keep, max: o.Max, now: time.Now}}
	if o.Keep == 0 {
		p.cache.keep = 10 * time.Minute
	}
	if o.Max <= 0 {
		p.cache.max = 10_000
	}
	channel.Watch(p.forget)
	return p
}

// Profile is what a user shows of himself.
type Profile struct {
	UserID, Name string
	// PictureURL is empty if there is no picture.
	PictureURL string
	// Status and Language (a BCP 47 tag, where the user agreed) are known in one-to-one chats only.
	Status, Language string
}

// Profile returns the profile of the user in an event's source. It may have been kept for
// Options.Keep. Errors: ErrNobody, ErrNoProfile, a *line.APIError, or that of ctx.
func (p *People) Profile(ctx context.Context, src transport.Source) (Profile, error) {
	if !id.Valid(src.UserID) || src.Chat != transport.ChatUser && !id.Valid(src.ChatID) {
		return Profile{}, ErrNobody
	}
	key := cacheKey{src.ChatID, src.UserID}
	if src.Chat == transport.ChatUser || src.Chat == transport.ChatNone {
		key.chat = ""
	}
	got, since, ok := p.cache.get(key)
	if ok {
		return got, nil
	}
	got, err := p.ask(ctx, src)
	var refusal *line.APIError
	if errors.As(err, &refusal) && refusal.Status == http.StatusNotFound {
		return Profile{}, fmt.Errorf("%w: %w", ErrNoProfile, err)
	}
	if err == nil {
		p.cache.put(key, got, since)
	}
	return got, err
}

// ask takes the endpoint for the kind of chat.
func (p *People) ask(ctx context.Context, src transport.Source) (Profile, error) {
	client := sdk.Client(ctx, p.channel)
	switch src.Chat {
	case transport.ChatGroup:
		resp, m, err := client.GetGroupMemberProfileWithHttpInfo(src.ChatID, src.UserID)
		if err != nil {
			return Profile{}, refused(resp, err)
		}
		return Profile{UserID: m.UserId, Name: m.DisplayName, PictureURL: m.PictureUrl}, nil
	case transport.ChatRoom:
		resp, m, err := client.GetRoomMemberProfileWithHttpInfo(src.ChatID, src.UserID)
		if err != nil {
			return Profile{}, refused(resp, err)
		}
		return Profile{UserID: m.UserId, Name: m.DisplayName, PictureURL: m.PictureUrl}, nil
	default:
		resp, m, err := client.GetProfileWithHttpInfo(src.UserID)
		if err != nil {
			return Profile{}, refused(resp, err)
		}
		return Profile{m.UserId, m.DisplayName, m.PictureUrl, m.StatusMessage, m.Language}, nil
	}
}

// Group is what a group shows of itself.
type Group struct {
	ID, Name string
	// PictureURL is empty if there is no picture.
	PictureURL string
}

// Group returns the group in an event's source. LINE says nothing of rooms: for them it is
// ErrNobody. Other errors: a *line.APIError, or that of ctx.
func (p *People) Group(ctx context.Context, src transport.Source) (Group, error) {
	if src.Chat != transport.ChatGroup || !id.Valid(src.ChatID) {
		return Group{}, ErrNobody
	}
	resp, g, err := sdk.Client(ctx, p.channel).GetGroupSummaryWithHttpInfo(src.ChatID)
	if err != nil {
		return Group{}, refused(resp, err)
	}
	return Group{g.GroupId, g.GroupName, g.PictureUrl}, nil
}

// Memberships returns the plans that a user has subscribed to; LINE answers for one-to-one
// chats and groups alike. Errors: ErrNobody, a *line.APIError (404 without any plan), or that of
// ctx.
func (p *People) Memberships(ctx context.Context, userID string) ([]messaging_api.Subscription, error) {
	if !id.Valid(userID) {
		return nil, ErrNobody
	}
	resp, m, err := sdk.Client(ctx, p.channel).GetMembershipSubscriptionWithHttpInfo(userID)
	if err != nil {
		return nil, refused(resp, err)
	}
	return m.Subscriptions, nil
}

// Leave takes the bot out of the group or room of an event, and forgets what was kept of it.
// Errors: ErrNobody, a *line.APIError, or that of ctx.
func (p *People) Leave(ctx context.Context, src transport.Source) error {
	if !id.Valid(src.ChatID) {
		return ErrNobody
	}
	client := sdk.Client(ctx, p.channel)
	var resp *http.Response
	var err error
	switch src.Chat {
	case transport.ChatGroup:
		resp, _, err = client.LeaveGroupWithHttpInfo(src.ChatID)
	case transport.ChatRoom:
		resp, _, err = client.LeaveRoomWithHttpInfo(src.ChatID)
	default:
		return ErrNobody
	}
	if err != nil {
		return refused(resp, err)
	}
	p.cache.dropChat(src.ChatID)
	return nil
}

// refused marks what LINE does not allow to an account of this kind.
func refused(resp *http.Response, err error) error {
	err = sdk.Error(resp, err)
	var refusal *line.APIError
	if errors.As(err, &refusal) && refusal.Status == http.StatusForbidden {
		return fmt.Errorf("%w: %w", ErrAccount, err)
	}
	return err
}
