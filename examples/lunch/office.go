package main

import (
	"context"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/kaiwa-go/kaiwa/flow"
	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line"
	"github.com/kaiwa-go/kaiwa/transport/line/campaign"
	"github.com/kaiwa-go/kaiwa/transport/line/content"
	"github.com/kaiwa-go/kaiwa/transport/line/people"
	"github.com/kaiwa-go/kaiwa/transport/line/richmenu"
)

// canteen is the dialogs' Office on a channel.
type canteen struct {
	channel *line.Channel
	people  *people.People
	ledger  campaign.Ledger // what was sent to whom
	readers sync.Map        // user ids; stands for a table of your database
}

// Name asks LINE, or the cache.
func (c *canteen) Name(ctx context.Context, src transport.Source) string {
	p, err := c.people.Profile(ctx, src)
	if err != nil { // no reason to fail the turn
		return "friend"
	}
	return p.Name
}

// Read downloads the photos and reads them. It stands for a service that takes its time.
func (c *canteen) Read(ctx context.Context, e *transport.Event) (string, error) {
	var pages []string
	for _, id := range e.Images {
		page := *e
		page.MessageID = id
		text, err := c.page(ctx, &page)
		if err != nil {
			return "", err
		}
		pages = append(pages, text)
	}
	select {
	case <-time.After(2 * time.Second):
	case <-ctx.Done():
		return "", ctx.Err()
	}
	return strings.Join(pages, " and "), nil
}

func (c *canteen) page(ctx context.Context, e *transport.Event) (string, error) {
	f, err := content.Open(ctx, c.channel, e, 10<<20)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	n, err := io.Copy(io.Discard, f)
	return fmt.Sprintf("%d bytes of %s", n, f.Type), err
}

// Subscribe notes who wants news.
func (c *canteen) Subscribe(_ context.Context, t *flow.Turn[struct{}]) error {
	c.readers.Store(t.Event().Source.UserID, true)
	return nil
}

// Announce sends a campaign that is named after the id: run again, it goes on where it stopped.
func (c *canteen) Announce(ctx context.Context, id, text string) (int, error) {
	everybody := func(yield func(string, error) bool) {
		c.readers.Range(func(id, _ any) bool { return yield(id.(string), nil) })
	}
	report, err := campaign.Multicast(ctx, c.channel, c.ledger,
		fmt.Sprintf("news-%x", sha256.Sum256([]byte(id))), everybody, []transport.Message{line.Text(text)}, nil)
	return report.Recipients, err
}

//go:embed menu.png
var picture []byte

// menus are the rich menus: the one that everybody has, and the one of the receipt dialog.
func menus() []richmenu.Menu {
	left, right := line.Area{Width: 400, Height: 270}, line.Area{X: 400, Width: 400, Height: 270}
	return []richmenu.Menu{
		{Alias: "home", Default: true, Image: picture, RichMenu: line.RichMenu{ChatBarText: "Menu", Areas: []line.RichMenuArea{
			{Area: left, Action: line.Postback("Receipt", "receipt")},
			{Area: right, Action: line.Postback("News", "subscribe")},
		}}},
		{Alias: "receipt", Image: picture, RichMenu: line.RichMenu{ChatBarText: "Receipt", Areas: []line.RichMenuArea{
			{Area: right, Action: line.Postback("Cancel", "cancel")},
		}}},
	}
}
