package flow

// Rank says how closely a trigger describes an event. The transitions of a conversation are tried in the
// order of their ranks, the highest first; and of several flows that an event starts, the bot takes
// the one with the highest rank.
type Rank uint8

// The ranks, the lowest first.
const (
	RankNone    Rank = iota // the trigger does not answer to the event
	RankAny                 // Any
	RankKind                // a kind of event, such as Text() or Image(), and the question of Ask
	RankPattern             // TextLike, PostbackPrefix and Match
	RankExact               // certain words or certain postback data, such as Text("book"); and Always
)
