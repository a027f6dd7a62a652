package transport

// Rejected counts the webhooks that a channel refused without taking an event from them, by reason.
type Rejected struct {
	// Unsigned ones had no signature, or nothing that could be one: strangers, or a proxy that takes
	// the header away.
	Unsigned int64
	// WrongSignature ones were signed with another secret, or changed on their way.
	WrongSignature int64
	// TooLarge ones had a larger body than is read, TooSlow ones one that took too long, and Cut ones
	// one that ended too early: where that is all of them, something before the handler reads bodies.
	TooLarge, TooSlow, Cut int64
	// Malformed ones were signed and are not what the platform documents.
	Malformed int64
	// Crowded ones met too many bytes of others, whose signature could not be checked yet.
	Crowded int64
	// Elsewhere ones were for an account that is not served here.
	Elsewhere int64
}
