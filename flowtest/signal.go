package flowtest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Signal gives the conversation a signal, as the program does by bot.Bot.Signal. Signals of one name and id happen
// once; an empty id stands for one of its own. The test fails if the bot refuses it, as it does if no flow names the
// signal.
func (c *Chat) Signal(name string, payload any, id string) {
	c.t.Helper()
	c.events++
	id = cmp.Or(id, fmt.Sprintf("signal-%d", c.events))
	if err := c.bot.Signal(context.Background(), c.source(), name, payload, id); err != nil {
		c.fatalf("the bot refused the signal: %v", err)
	}
	c.settle()
}

var (
	signalName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	signalID   = regexp.MustCompile(`(?:^| )#(\S+)$`)
)

// parseSignal reads a signal, such as `paid {"id": "pay1"} #cb-1`. It returns nil for what the bot logs as an error:
// that has several words.
func parseSignal(s string) (func(*Chat), error) {
	name, payload, _ := strings.Cut(strings.TrimSpace(s), " ")
	if !signalName.MatchString(name) {
		return nil, nil
	}
	id := ""
	if m := signalID.FindStringSubmatch(payload); m != nil {
		payload, id = strings.TrimSuffix(payload, m[0]), m[1]
	}
	payload = cmp.Or(strings.TrimSpace(payload), "null")
	switch {
	case json.Valid([]byte(payload)):
		return func(c *Chat) { c.Signal(name, json.RawMessage(payload), id) }, nil
	case strings.ContainsAny(payload[:1], `{["`):
		return nil, fmt.Errorf("the payload of the signal %s is no JSON: %s", name, payload)
	default:
		return nil, nil
	}
}
