package line

import (
	"errors"
	"fmt"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/check"
)

// Limits of messages and actions. LINE counts in two units: UTF-16 code units, and grapheme
// clusters, which are what a reader takes for one character.
// https://developers.line.biz/en/docs/messaging-api/text-character-count/
//
// LIMITS.md is the table of them, with where LINE states each.
//
// LINE does not say if its k is 1000 or 1024. The larger is taken, so that nothing is refused
// here that LINE takes.
const (
	maxText    = 5000
	maxAltText = 1500

	maxSenderName    = 20
	maxEmojis        = 20
	maxSubstitutions = 100
	maxPlaceholder   = 20
	maxMentions      = 20
	maxTrackingID    = 100
	maxPlaceText     = 100
	maxDeliveryTag   = 30

	maxTaps          = 50
	maxImagemapLabel = 100
	maxImagemapText  = 400
	maxLinkLabel     = 30

	maxButtonsText = 160
	maxColumnText  = 120
	maxTitledText  = 60
	maxTitle       = 40
	maxConfirmText = 240

	maxButtonsActions = 4
	confirmActions    = 2
	maxColumnActions  = 3
	maxColumns        = 10

	maxLabel              = 20
	maxImageCarouselLabel = 12
	maxFlexLabel          = 40
	maxData               = 300 - markRoom
	maxActionText         = 300
	maxURI                = 1000
	maxClipboard          = 1000
	maxAliasID            = 32
	maxQuickReplies       = 13

	maxChatBarText = 14
	maxMenuAreas   = 20
	minMenuWidth   = 800
	maxMenuWidth   = 2500
	minMenuHeight  = 250

	maxBubble      = 30 << 10
	maxCarousel    = 50 << 10
	maxFlexBubbles = 12
)

// Unit is what a limit counts.
type Unit string

// The units of LINE's limits.
const (
	UTF16Units       Unit = check.UTF16Units
	GraphemeClusters Unit = check.GraphemeClusters
	Items            Unit = check.Items
	Bytes            Unit = check.Bytes
	Pixels           Unit = check.Pixels
	Mentions         Unit = check.Mentions
	Emojis           Unit = check.Emojis
	AnimatedImages   Unit = check.AnimatedImages
)

// checker collects what is wrong with a message or a rich menu.
type checker struct{ check.Checker }

// validate is the Validate of all messages.
func validate(m interface{ check(c *checker) }) error {
	var c checker
	m.check(&c)
	return c.err()
}

func (c *checker) err() error {
	var errs []error
	for _, f := range c.Faults {
		errs = append(errs, &LimitError{f.Path, f.Rule, f.Actual, f.Min, f.Max, Unit(f.Unit)})
	}
	return errors.Join(errs...)
}

// LimitError is one limit or rule of LINE that a message breaks. Validate joins all of them:
// take them apart with errors.As, or by the Unwrap method that errors.Join gives.
// It carries no text of the message.
type LimitError struct {
	// Path is the field in the JSON of the message, such as "template.actions[2].label". It is
	// empty for the message as a whole.
	Path string
	// Rule is what is wrong, where it is not a number; else it is empty and the rest is set.
	Rule string
	// Actual is how many units there are; Min and Max are how many there may be.
	Actual, Min, Max int
	// Unit is what is counted.
	Unit Unit
}

// Error returns a line such as
// "line: template.actions[2].label: 23 of at most 20 grapheme clusters".
func (e *LimitError) Error() string {
	path := e.Path
	if path == "" {
		path = "message"
	}
	if e.Rule != "" {
		return "line: " + path + ": " + e.Rule
	}
	bound, n := "at most", e.Max
	switch {
	case e.Min == e.Max:
		bound = "exactly"
	case e.Actual < e.Min:
		bound, n = "at least", e.Min
	}
	return fmt.Sprintf("line: %s: %d of %s %d %s", path, e.Actual, bound, n, e.Unit)
}
