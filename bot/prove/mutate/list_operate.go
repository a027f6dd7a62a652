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
		{"line: a webhook that is refused is counted", "transport/line",
			"e.note(r.Context(), e.log, why, time.Now())", "_ = time.Now",
			"transport/line TestRejected/secret_issued_anew"},
		{"line: a refusal is logged again", "transport/line",
			"now.UnixNano() < at ||", "at != 0 ||",
			"transport/line TestRejectedIsLoggedAgainAndAgain"},
		{"line: bodies of strangers are bounded together", "transport/line",
			"all > maxUnchecked && all != own", "false && all != own",
			"transport/line TestUncheckedBodiesAreBounded"},
		{"bot: a drain is seen before the listener closes", "bot",
			"case err == nil && b.drain.on.Load():", "case false:",
			"bot TestDrainLosesNothing"},
		{"bot: an outage of the platform shows", "bot",
			"c.lateOutputs.note(id, d.born, now, wait)", "_ = wait",
			"bot TestStatsTellWhatWaits"},
		{"bot: a rollback leaves nobody mute", "bot",
			"now.Sub(since) >= newerPatience &&", "false &&",
			"bot TestRollbackLeavesDeadLetters"},
	}
}
