package flow

import (
	"encoding/binary"
	"slices"
)

// frame is what a conversation keeps of a sub-flow that runs, or that waits with a caller.
type frame struct {
	flow    string
	state   State
	callers []caller
	data    []byte
	size    int // of the data, while a trail is read
}

// caller is a state that waits for a Return, with the sub-flows that it runs: the outer one first.
type caller struct {
	state State
	inner []frame
}

const (
	// maxDepth is how many sub-flows may run in each other.
	maxDepth = 8
	// framed is added to the number of callers if sub-flows follow.
	framed = 32
)

// appendPlace appends callers, and the sub-flows that the present state runs, without their data:
//
//	varint   the number of callers, and 32 more if there is a sub-flow anywhere; then their names
//	frames   if there is: of each caller, with their data; then of the present state, without
//
// Frames are
//
//	varint   how many; then of each:
//	string   flow
//	string   state
//	place    its callers
//	varint   the length of the data
//
// and the data of all of them, one behind the other, if it belongs to them.
func appendPlace(b []byte, callers []caller, inner []frame) []byte {
	n := len(callers)
	isFramed := len(inner) > 0 || slices.ContainsFunc(callers, func(c caller) bool { return len(c.inner) > 0 })
	if isFramed {
		n += framed
	}
	b = binary.AppendUvarint(b, uint64(n))
	for _, c := range callers {
		b = appendString(b, string(c.state))
	}
	if !isFramed {
		return b
	}
	for _, c := range callers {
		b = appendFrames(b, c.inner)
		b = appendData(b, c.inner)
	}
	return appendFrames(b, inner)
}

func appendFrames(b []byte, frames []frame) []byte {
	b = binary.AppendUvarint(b, uint64(len(frames)))
	for _, f := range frames {
		b = appendString(appendString(b, f.flow), string(f.state))
		b = appendPlace(b, f.callers, nil)
		b = binary.AppendUvarint(b, uint64(len(f.data)))
	}
	return b
}

func appendData(b []byte, frames []frame) []byte {
	for _, f := range frames {
		b = append(b, f.data...)
	}
	return b
}

// joined returns the data of a conversation with that of its sub-flows behind it: what the history keeps.
func joined(data []byte, inner []frame) []byte {
	if len(inner) == 0 {
		return data
	}
	return appendData(slices.Clone(data), inner)
}

// place reads what appendPlace wrote. The frames of the present state have no data yet, but a size.
func (r *trailReader) place() (callers []caller, inner []frame) {
	n := r.int()
	isFramed := n >= framed
	if isFramed {
		n -= framed
	}
	if n > len(r.b) || n > maxCallers {
		r.fail()
		return nil, nil
	}
	for range n {
		callers = append(callers, caller{state: State(r.bytes())})
	}
	if isFramed {
		for i := range callers {
			callers[i].inner = r.frames()
			r.fill(callers[i].inner)
		}
		inner = r.frames()
	}
	if r.bad {
		return nil, nil
	}
	return callers, inner
}

func (r *trailReader) frames() []frame {
	n := r.int()
	if n > maxDepth || r.depth > maxDepth {
		r.fail()
	}
	if r.bad {
		return nil
	}
	r.depth++
	var frames []frame
	for range n {
		f := frame{flow: string(r.bytes()), state: State(r.bytes())}
		f.callers, _ = r.place()
		f.size = r.int()
		frames = append(frames, f)
	}
	r.depth--
	return frames
}

// fill reads the data of frames.
func (r *trailReader) fill(frames []frame) {
	for i := range frames {
		f := &frames[i]
		if f.size > len(r.b) {
			r.fail()
			f.size = 0
		}
		f.data, r.b = r.b[:f.size:f.size], r.b[f.size:]
	}
}

// split returns the data of the conversation itself out of data that joined returned, and gives the rest
// to its sub-flows. ok is false if there is less.
func split(data []byte, inner []frame) (own []byte, ok bool) {
	n := len(data)
	for _, f := range inner {
		n -= f.size
	}
	if n < 0 {
		return nil, false
	}
	r := trailReader{b: data[n:]}
	r.fill(inner)
	return data[:n:n], true
}

// sameStates reports whether two lists of sub-flows are in the same states.
func sameStates(a, b []frame) bool {
	return slices.EqualFunc(a, b, func(f, g frame) bool {
		return f.flow == g.flow && f.state == g.state
	})
}
