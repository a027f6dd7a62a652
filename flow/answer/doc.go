// Package answer has the parsers by which questions read what people type, pick, tap and share.
//
//	party := flow.Question(askParty, answer.Int(1, 8), func(b *Booking) *int { return &b.Party })
//	where := flow.Question(askWhere,
//		answer.Or(answer.Text(8, 200), answer.Map(answer.Place(), address)),
//		func(o *Order) *string { return &o.Address })
//
// # Reading
//
// Words, numbers, days and times are compared in the form of flow.Fold: "４" is 4, "ＹＥＳ！" is yes, and
// "ｷｬﾝｾﾙ" is キャンセル. Text keeps what was typed. A parser reads typed text, picked values and the data of
// buttons alike, so a question may be answered by either.
//
// # Refusals
//
// A parser that cannot read an answer, or reads a value that is out of its bounds, returns flow.Reject()
// without messages: the engine asks again, and the prompt words itself by Turn.Tries.
//
// # A parser of your own
//
// A parser is one function. What it cannot read it refuses by flow.Reject. Any other error is an outage:
// the engine tries the turn again, and the user is not told "I did not get that".
//
//	func coupon(shop *Shop) answer.Parser[Coupon] {
//		return func(ctx context.Context, a *flow.Answer) (Coupon, error) {
//			c, err := shop.Coupon(ctx, flow.Fold(a.Text))
//			if errors.Is(err, ErrNoCoupon) {
//				return c, flow.Reject()
//			}
//			return c, err
//		}
//	}
//
// A function over the text alone, such as strconv.Atoi, goes through By.
//
// # Faults
//
// Arguments that make no sense, such as those of Int(8, 1) or of Choice without words, make a parser nil, and
// what Or and Map make of it as well. Build reports a question without a parser.
//
// # Concurrency
//
// All parsers are safe for concurrent use.
package answer
