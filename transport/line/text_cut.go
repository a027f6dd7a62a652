package line

import (
	"strings"

	"github.com/rivo/uniseg"

	"github.com/kaiwa-go/kaiwa/transport"
	"github.com/kaiwa-go/kaiwa/transport/line/internal/textlen"
)

const ellipsis = "…"

// blanks are what is dropped where a text is cut.
const blanks = " \t\r\n\u3000"

// Cut returns text, cut to at most max UTF-16 code units. A text that was cut ends in an
// ellipsis, which counts. What a reader takes for one character is never cut in two. If max is
// less than one, it returns nothing.
func Cut(text string, max int) string {
	if max < 1 {
		return ""
	}
	if fits(text, max) {
		return text
	}
	end, units, state := 0, len("a"), -1 // the ellipsis is one unit too
	for rest := text; ; {
		var cluster string
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if units += textlen.UTF16(cluster); units > max {
			return strings.TrimRight(text[:end], blanks) + ellipsis
		}
		end += len(cluster)
	}
}

// Split returns text as messages of at most 5000 UTF-16 code units each: one, if it is no
// longer. It cuts between paragraphs where it can, else between lines, sentences or words, and
// drops the white space there. What a reader takes for one character stays whole unless it alone
// is longer than a message. A text of white space alone gives no message.
//
// A turn takes few messages, and one long message costs the same as a short one: split what
// cannot be shortened.
func Split(text string) []transport.Message {
	var messages []transport.Message
	for _, piece := range split(text, maxText) {
		messages = append(messages, Text(piece))
	}
	return messages
}

func split(text string, most int) []string {
	var pieces []string
	for strings.Trim(text, blanks) != "" {
		if fits(text, most) {
			return append(pieces, text)
		}
		end := breakBefore(text, most)
		if piece := strings.TrimRight(text[:end], blanks); piece != "" {
			pieces = append(pieces, piece)
		}
		text = strings.TrimLeft(text[end:], blanks)
	}
	return pieces
}

// The kinds of places to cut at, the best one first.
const (
	atParagraph = iota
	atLine
	atSentence
	atWord
	atCluster
	cutKinds
)

// breakBefore returns where to cut so that at most so many UTF-16 code units come before. It
// takes the last place of the best kind, but none in the first half while there is a later one.
func breakBefore(text string, most int) int {
	var places [cutKinds]int // in bytes; zero for none
	at, units, blank, half, state := 0, 0, 0, 0, -1
	for rest := text; rest != ""; {
		var cluster string
		var bounds int
		cluster, rest, bounds, state = uniseg.StepString(rest, state)
		// White space at the end does not count: it is dropped.
		if blank += textlen.UTF16(cluster); strings.Trim(cluster, blanks) != "" {
			if units += blank; units > most {
				break
			}
			blank = 0
		}
		at += len(cluster)
		if units <= most/2 {
			half = at
		}
		places[placeKind(text[:at], bounds)] = at
	}
	for _, place := range places {
		if place > 0 && place >= half {
			return place
		}
	}
	return unitsEnd(text, most) // one character is longer
}

// placeKind returns the best kind of place that the end of a text is.
func placeKind(before string, bounds int) int {
	switch {
	case strings.HasSuffix(before, "\n\n") || strings.HasSuffix(before, "\n\r\n"):
		return atParagraph
	case bounds&uniseg.MaskLine == uniseg.LineMustBreak:
		return atLine
	case bounds&uniseg.MaskSentence != 0:
		return atSentence
	case bounds&uniseg.MaskLine == uniseg.LineCanBreak:
		return atWord
	}
	return atCluster
}

// unitsEnd returns where the code points that fit into so many UTF-16 code units end.
func unitsEnd(text string, most int) int {
	end, units := len(text), 0
	for i, r := range text {
		if units += textlen.Width(r); units > most {
			end = i
			break
		}
	}
	return end
}

// fits reports whether text is of at most so many UTF-16 code units. Of a long one it reads only
// the begin.
func fits(text string, most int) bool { return unitsEnd(text, most) == len(text) }
