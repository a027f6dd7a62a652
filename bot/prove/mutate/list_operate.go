package main

// operateGuards are those of calls that cannot lie, and of what an operator sees.
func operateGuards() []guard {
	return []guard{
		{"bot: an event that could not be run is refused", "bot",
			"case len(e.Raw) == 0:", "case false:",
			"bot TestBadEvents/no_Raw"},
		{"bot: an event that could not be read again is refused", "bot",
			`return "the channel cannot decode its Raw"`, `return ""`,
			"bot TestBadEvents/Raw_is_no_event"},
		{"bot: a source by hand is of the bot's own channel", "bot",
			"src.Channel = name", "_ = name",
			"bot TestSourcesByHand/no_channel"},
		{"bot: a source that names no chat is an error", "bot",
			`fmt.Errorf("%w: it has no kind of chat", ErrNoChat)`, "nil",
			"bot TestSourcesByHand/no_chat"},
	}
}
