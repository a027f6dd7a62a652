package flow

import "errors"

// goneState is the engine's name of all states that the flow does not know.
const goneState = "·gone"

// row is the engine's name of the state.
func (n *node) row() string {
	if n.gone {
		return goneState
	}
	return string(n.name)
}

// gone returns what a state has that the flow does not know: what InAny and InAnyBut declare.
func (d *draft) gone() *draftState { return &draftState{name: goneState} }

// goneNode returns the node of a state that the flow does not know. It keeps its name, so that a build that
// knows the state can go on with the conversation.
func (y *program) goneNode(name State) *node {
	n := *y.gone
	n.name, n.gone = name, true
	return &n
}

// unknownState says why a conversation in a state that the flow does not know may be of a newer build: its data is,
// or else the state is unknown.
func (s *step) unknownState() error {
	if err := s.decode(); errors.Is(err, ErrNewerData) {
		return err
	}
	return ErrUnknownState
}

// startGone takes a start of the flow while the conversation is in a state that the flow does not know. The
// conversation begins anew there, but for its data: it goes on with those that it has.
func (s *step) startGone(e *edge) error {
	s.at, s.trail, s.turn.tries, s.began = nil, trail{}, 0, true
	s.turn.state = s.node.name
	return s.settle(s.follow(e))
}
