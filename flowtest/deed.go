package flowtest

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/kaiwa-go/kaiwa/transport"
)

// A tap may have a number, behind #, and then what is picked: "[Pick a day] #2 2026-12-05".
var (
	tapForm    = regexp.MustCompile(`^\[([^\]]+)\](?: #([0-9]+))?(?: (\S+))?$`)
	menuForm   = regexp.MustCompile(`^\{(.+)\}$`)
	textForm   = regexp.MustCompile(`^\((mention|quote)\) (.+)$`)
	photosForm = regexp.MustCompile(`^\(([0-9]+) images\)$`)
	withForm   = regexp.MustCompile(`^\((location|sticker|file) (.+)\)$`)
	kindForm   = regexp.MustCompile(`^\(([a-z ]+)\)$`)
)

// parseDeed reads what a user does.
func parseDeed(s string) (func(*Chat), error) {
	s = strings.TrimPrefix(s, " ")
	if s == "" {
		return nil, errors.New("a user says something")
	}
	if m := tapForm.FindStringSubmatch(s); m != nil {
		return parseTap(m[1], m[2], m[3])
	}
	if m := menuForm.FindStringSubmatch(s); m != nil {
		return func(c *Chat) { c.TapMenu(m[1]) }, nil
	}
	if m := textForm.FindStringSubmatch(s); m != nil {
		if m[1] == "quote" {
			return func(c *Chat) { c.quote(m[2]) }, nil
		}
		return func(c *Chat) { c.Send(mention(m[2])) }, nil
	}
	if m := photosForm.FindStringSubmatch(s); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil || n < 2 || n > maxPhotos {
			return nil, fmt.Errorf("%s images cannot be sent together: from 2 to %d, or (image)", m[1], maxPhotos)
		}
		return func(c *Chat) { c.photos(n) }, nil
	}
	if m := withForm.FindStringSubmatch(s); m != nil {
		e, err := content(m[1], m[2])
		return func(c *Chat) { c.Send(e) }, err
	}
	if m := kindForm.FindStringSubmatch(s); m != nil {
		return parseKind(m[1])
	}
	return func(c *Chat) { c.Say(s) }, nil
}

func parseTap(label, number, value string) (func(*Chat), error) {
	nth := 1
	if number != "" {
		var err error
		if nth, err = strconv.Atoi(number); err != nil || nth < 1 {
			return nil, fmt.Errorf("no button has the number %s: they are counted from 1", number)
		}
	}
	return func(c *Chat) { c.tap(label, value, nth) }, nil
}

func parseKind(name string) (func(*Chat), error) {
	switch name {
	case "again":
		return (*Chat).Repeat, nil
	case "mention", "quote":
		return nil, fmt.Errorf("(%s) stands before a text: (%s) hello", name, name)
	}
	for k := transport.KindUnknown + 1; k < transport.KindTimer; k++ {
		if k.String() == name {
			return func(c *Chat) { c.Send(transport.Event{Kind: k}) }, nil
		}
	}
	return nil, fmt.Errorf("unknown event %q: one of the kinds of events of package transport, or again", name)
}
