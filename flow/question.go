package flow

import "context"

// QuestionBuilder describes a question: see Question.
type QuestionBuilder[T any] struct{ question }

// question is what a QuestionBuilder collects.
type question struct {
	prompt    action
	checks    []action
	read      func(context.Context, *Answer, anyTurn) error // parses an answer and puts the value into the data
	known     func(anyTurn) bool
	skipKnown bool
	fault     string
}

// Question describes a question for StateBuilder.Ask: prompt asks it, parser reads the answer, and field
// says where in the data the value belongs.
//
//	party := flow.Question(askParty, answer.Int(1, 8), func(b *Booking) *int { return &b.Party })
//
// A parser returns Reject for an answer that it cannot read, with or without messages. Any other error is
// a failure, for which the turn is tried again later. Parsers are in package flow/answer. A parser must be
// safe for concurrent use.
func Question[T, V any](
	prompt Action[T], parser func(context.Context, *Answer) (V, error), field func(*T) *V,
) *QuestionBuilder[T] {
	q := &QuestionBuilder[T]{question{prompt: erased(prompt)}}
	switch {
	case prompt == nil:
		q.fault = "the prompt of the question is nil"
	case parser == nil:
		q.fault = "the parser of the question is nil, as package flow/answer makes it of arguments such as Int(8, 1)"
	case field == nil:
		q.fault = "the field of the question is nil"
	default:
		q.read = func(ctx context.Context, a *Answer, t anyTurn) error {
			v, err := parser(ctx, a)
			if err == nil {
				*field(t.data().(*T)) = v
			}
			return err
		}
		q.known = func(t anyTurn) bool { return !isZero(field(t.data().(*T))) }
	}
	return q
}

// Check adds an action that looks at the answer, which is in the data by then. It refuses the answer by
// Reject: what the answer and the checks changed is undone then.
func (q *QuestionBuilder[T]) Check(a Action[T]) *QuestionBuilder[T] {
	if a == nil {
		q.fault = "a check of the question is nil"
	}
	q.checks = append(q.checks, erased(a))
	return q
}

// SkipKnown says that the question is not asked if its field is not zero when the state is entered: the
// checks look at the value, and then the transition of Ask is taken as if the user had answered. A value
// that a check refuses is asked for, after the words of the check. A state that is reached by Call, Return,
// Back or Again always asks. At most 16 questions of one turn are skipped.
func (q *QuestionBuilder[T]) SkipKnown() *QuestionBuilder[T] {
	q.skipKnown = true
	return q
}
