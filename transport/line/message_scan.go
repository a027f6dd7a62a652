package line

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/kaiwa-go/kaiwa/transport"
)

// maxNesting is how deep objects and arrays may be nested in JSON that others wrote.
const maxNesting = 128

// rewriter copies JSON without its white space. On the way it puts a mark on the data of each
// postback, picker and rich menu switch, and shows each object to a check. Everything else stays byte for byte.
//
// It is by hand: json.Compact, which does neither, takes 1.2 times as long for a bubble of 600 bytes, and
// encoding/json to a value and back 7 times. valyala/fastjson takes 0.9 times as long to check, parse and write
// it, but writes strings by strconv.AppendQuote, which is no JSON for some characters.
type rewriter struct {
	s      string // what is left to read is s[i:]
	i      int
	out    []byte
	mark   string     // the mark as it stands in data; empty for none
	check  *flexCheck // nil for none
	frames []rawNode  // the objects and arrays that are open
}

// rawNode is an object or array that is being read.
type rawNode struct {
	start int    // where it begins in out
	key   string // of an object: the field that is being read, unescaped
	index int    // of an array: the item that is being read; -1 in an object
	// Of an object: its fields type and size, if they are strings, and where the string data
	// begins in out; -1 if there is none.
	kind, size string
	typed      bool
	data       int
	bare       bool // its field action has no label
}

// compactJSON appends raw to b without its white space, marked. It is false if raw is no JSON.
func compactJSON(b []byte, raw, mark string, check *flexCheck) ([]byte, bool) {
	if !utf8.ValidString(raw) {
		raw = strings.ToValidUTF8(raw, "\uFFFD")
	}
	var frames [16]rawNode
	r := rewriter{s: raw, out: b, mark: transport.Mark("", mark), check: check, frames: frames[:0]}
	ok := r.value()
	r.space()
	if !ok || r.i < len(r.s) {
		return b, false
	}
	return r.out, true
}

func (r *rewriter) value() bool {
	r.space()
	if r.i >= len(r.s) {
		return false
	}
	switch c := r.s[r.i]; c {
	case '{':
		return r.open(rawNode{index: -1, data: -1}) && r.members()
	case '[':
		return r.open(rawNode{}) && r.items()
	case '"':
		return r.text()
	case 't':
		return r.literal("true")
	case 'f':
		return r.literal("false")
	case 'n':
		return r.literal("null")
	default:
		return r.number()
	}
}

func (r *rewriter) open(n rawNode) bool {
	if len(r.frames) == maxNesting {
		return false
	}
	n.start = len(r.out)
	r.frames = append(r.frames, n)
	r.copyTo(r.i + 1)
	return true
}

func (r *rewriter) items() bool {
	top := len(r.frames) - 1
	for more := !r.accept(']'); more; {
		if !r.value() {
			return false
		}
		if more = r.accept(','); !more && !r.accept(']') {
			return false
		}
		r.frames[top].index++
	}
	r.frames = r.frames[:top]
	return true
}

func (r *rewriter) members() bool {
	top := len(r.frames) - 1
	for more := !r.accept('}'); more; {
		if !r.member(top) {
			return false
		}
		if more = r.accept(','); !more && !r.accept('}') {
			return false
		}
	}
	n := &r.frames[top]
	if r.check != nil {
		r.check.object(r, n)
	}
	if r.mark != "" && n.data >= 0 && isTagged(n.kind) {
		r.insert(n.data+1, r.mark)
	}
	r.frames = r.frames[:top]
	return true
}

// isTagged reports whether the data of an action comes back to the bot.
func isTagged(kind string) bool {
	return kind == "postback" || kind == "datetimepicker" || kind == "richmenuswitch"
}

// member reads a field and its value. Of a field that is there twice the last one counts, as
// in encoding/json.
func (r *rewriter) member(top int) bool {
	r.space()
	from := r.i
	if !r.text() {
		return false
	}
	key := unquote(r.s[from:r.i])
	r.frames[top].key = key
	if !r.accept(':') {
		return false
	}
	r.space()
	from, at := r.i, len(r.out)
	if !r.value() {
		return false
	}
	n, text, isText := &r.frames[top], r.s[from:r.i], r.s[from] == '"'
	switch {
	case key == "type":
		n.typed, n.kind = isText, ""
		if isText {
			n.kind = unquote(text)
		}
	case key == "size" && isText:
		n.size = unquote(text)
	case key == "data":
		if n.data = -1; isText {
			n.data = at
		}
	}
	return true
}

// insert puts s into what was written.
func (r *rewriter) insert(at int, s string) {
	r.out = append(r.out, s...)
	copy(r.out[at+len(s):], r.out[at:])
	copy(r.out[at:], s)
}

func (r *rewriter) space() {
	for r.i < len(r.s) {
		switch r.s[r.i] {
		case ' ', '\t', '\n', '\r':
			r.i++
		default:
			return
		}
	}
}

// accept skips white space and copies c, if it is what comes.
func (r *rewriter) accept(c byte) bool {
	r.space()
	if r.i >= len(r.s) || r.s[r.i] != c {
		return false
	}
	r.copyTo(r.i + 1)
	return true
}

func (r *rewriter) copyTo(end int) {
	r.out = append(r.out, r.s[r.i:end]...)
	r.i = end
}

// unquote returns the text of a valid JSON string.
func unquote(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s[1 : len(s)-1]
	}
	var text string
	_ = json.Unmarshal([]byte(s), &text)
	return text
}
