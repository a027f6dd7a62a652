package bot

import (
	"crypto/sha256"
	"encoding/base64"

	"github.com/kaiwa-go/kaiwa/transport"
)

type tap uint8

const (
	tapNone tap = iota
	tapUnmarked
	tapLoose
	tapAlive
	tapEarlier
	tapStale
	tapForeign
)

func tapOf(e *transport.Event, _, present string) tap {
	switch {
	case e.Kind != transport.KindPostback:
		return tapNone
	case e.Postback.Mark == "":
		return tapUnmarked
	case e.Postback.Mark == present:
		return tapAlive
	default:
		return tapStale
	}
}

func stepMark(_, _, turn string) string { return markOf(turn) }

func looseMark(string) string { return "" }

func markOf(turn string) string {
	m := hashText(turn, transport.MarkLen-1)
	return m + markCheck(m)
}

func markCheck(m string) string { return hashText("mark "+m, 1) }

func hashText(s string, n int) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:6])[:n]
}

func ownData(e *transport.Event, present string) *transport.Event {
	m := e.Postback.Mark
	if len(m) != transport.MarkLen || m == present || markCheck(m[:transport.MarkLen-1]) == m[transport.MarkLen-1:] {
		return e
	}
	own := *e
	own.Postback.Data, own.Postback.Mark = transport.Mark(e.Postback.Data, m), ""
	return &own
}
