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
	}
}
