package line

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kaiwa-go/kaiwa/transport/line/internal/webhook"
)

// largest is the size up to which the events of a webhook fit together.
const largest = DefaultMaxBody / 4

// hostile makes events that nobody would send who means well.
type hostile struct {
	*rand.Rand
	corpus []string // events, and malformed ones
}

// brokenEvents are events, and webhooks, that fuzzing found to take a path of their own.
var brokenEvents = []string{
	"{        ", `{"\u`, `{"events":[{"":n}]}`, `{"events":[{"type":"\b"`, `{"events":[{"":{"":"","":1,"":2}""""}}`,
	`"\b""\`, "n", "-0", " 0", "0\r", "[[]]", "{}\x00", "{\"\xe6\xe60\"", `{"a\ud800\udC00"`, "{\"source\":{\"0\x89\x80\":\"\"}}",
}

// oddValues stand where others are expected.
var oddValues = []string{
	`null`, `true`, `-1`, `1e400`, `0.5`, `99999999999999999999`, `""`, `"\u0000"`, `"\ud800"`, `"{}|:*\r\n"`, `[]`, `{}`,
	`[[[[[[[[]]]]]]]]`, `{"type":"text"}`, `"` + strings.Repeat("é", 3000) + `"`, strings.Repeat("[", 70) + strings.Repeat("]", 70),
}

// oddTokens are put in anywhere.
var oddTokens = []string{
	`"`, `\`, `{`, `}`, `[`, `]`, `,`, `:`, `\u`, "\x00", "\xff", "\xe2\x80", "]}", `},{`, `"type":`, `"events":[`, "null", "\ufeff", "//",
}

func newHostile(t *testing.T, seed uint64) *hostile {
	t.Helper()
	h := &hostile{Rand: rand.New(rand.NewPCG(seed, 1))}
	for _, s := range samples {
		h.corpus = append(h.corpus, s.raw)
	}
	for _, name := range slices.Sorted(maps.Keys(malformed)) { // in one order, so that a seed means the same again
		if len(malformed[name]) <= largest {
			h.corpus = append(h.corpus, malformed[name])
		}
	}
	return h
}

// event returns a mutated event. It happened now, or it would be refused for its age.
func (h *hostile) event() string {
	e := h.corpus[h.IntN(len(h.corpus))]
	if h.IntN(8) == 0 {
		e = brokenEvents[h.IntN(len(brokenEvents))]
	}
	e = strings.ReplaceAll(e, "1754500000123", strconv.FormatInt(time.Now().UnixMilli(), 10))
	e = strings.ReplaceAll(e, "01K20000000000000000000000", fmt.Sprintf("id-%d", h.Uint64()))
	for range h.IntN(4) {
		switch h.IntN(3) {
		case 0:
			e = h.swapValue(e)
		case 1:
			e = h.swapBytes(e)
		default:
			at := h.IntN(len(e) + 1)
			e = e[:at] + oddTokens[h.IntN(len(oddTokens))] + e[at:]
		}
	}
	return e
}

// swapValue puts an odd value in the place of one that is there.
func (h *hostile) swapValue(e string) string {
	places := values(e)
	if len(places) == 0 {
		return e
	}
	p := places[h.IntN(len(places))]
	return e[:p[0]] + oddValues[h.IntN(len(oddValues))] + e[p[1]:]
}

// values finds names, and values that hold no others.
func values(e string) (places [][2]int) {
	const between = "{}[]:, \t\r\n"
	for i := 0; i < len(e); {
		from := i
		switch i++; {
		case strings.IndexByte(between, e[from]) >= 0:
			continue
		case e[from] == '"':
			for i < len(e) && e[i] != '"' {
				if e[i] == '\\' {
					i++
				}
				i++
			}
			i = min(i+1, len(e))
		default:
			for i < len(e) && strings.IndexByte(between, e[i]) < 0 {
				i++
			}
		}
		places = append(places, [2]int{from, i})
	}
	return places
}

// swapBytes changes, cuts out or doubles a few bytes.
func (h *hostile) swapBytes(e string) string {
	if e == "" {
		return e
	}
	from := h.IntN(len(e))
	to := min(len(e), from+1+h.IntN(16))
	switch h.IntN(3) {
	case 0:
		b := []byte(e)
		b[from] ^= 1 << h.IntN(8)
		return string(b)
	case 1:
		return e[:from] + e[to:]
	default:
		return e[:to] + e[from:]
	}
}

// separable says whether an event, whatever is in it, ends where it ends: its brackets and quotes
// are in order and there is no second value behind it.
func separable(e string) bool {
	cb, err := webhook.Body([]byte(`{"events":[`+e+`]}`), "")
	return err == nil && len(cb.Events)+cb.Malformed+cb.Probes == 1 && !strings.Contains(e, `"events"`)
}

// webhook returns a webhook of hostile events with a good one among them, and whether no event of
// it can hide where another begins.
func (h *hostile) webhook(n int) (body string, fair bool) {
	good := fmt.Sprintf(`{"type":"message","mode":"active","timestamp":%d,"webhookEventId":"good-%d","replyToken":"good-%d",`+
		`"source":{"type":"user","userId":"U%032x"},"message":{"type":"text","id":"1","text":"hi"}}`, time.Now().UnixMilli(), n, n, n)
	events := []string{good}
	fair = true
	for range 1 + h.IntN(3) {
		e := h.event()
		if len(e) > largest {
			continue
		}
		fair = fair && separable(e)
		events = slices.Insert(events, h.IntN(len(events)+1), e)
	}
	return `{"destination":"U1","events":[` + strings.Join(events, ",") + `]}`, fair
}
