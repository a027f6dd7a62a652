package main

// contractGuards are those of what a bot expects of its store, and of looks into both.
func contractGuards() []guard {
	const (
		dir    = "bot"
		memory = "session/memstore"
		look   = "a_look_into_a_session_shows_what_is_kept_and_changes_nothing"
	)
	return []guard{
		{"bot: a store that wakes the sweep is heard", dir,
			"wake, limit := s.store.Wake(), leastBatch", "wake, limit := (<-chan struct{})(nil), leastBatch",
			"bot TestSweepListensToWake"},
		{"memory: what is due before Due would be called wakes", memory,
			"if e.due >= e.account.waitsUntil {", "if true {",
			"session/memstore TestWake"},
		{"bot: dead letters are listed to the last page", dir,
			"from = next", "_ = next",
			"bot TestDeadLettersPageByPage/all"},
		{"bot: a menu that an earlier build stored is switched", dir,
			"case earlier:", "case earlier && false:",
			"bot TestSessionsOfEarlierBuildsGoOn/69e4d29.json/an_hour_later"},
		{"bot: a switch of a menu is stored as one", dir,
			"flags |= flagMenu", "flags |= 0",
			"bot TestMenuIsRetried"},
		{"bot: turns that run are counted", dir,
			"st.Running = b.channel.Rejected(), b.runner.running.Load()", "st.Running = b.channel.Rejected(), 0",
			"bot TestStuckAction"},
		{"bot: turns that are over are not", dir,
			"h.running.Add(-1)", "",
			"bot TestStuckAction"},
		{"redis: a look into a session changes nothing", lua,
			"#!lua flags=no-writes local answer = { pack('>I6I4I6I6BI3',",
			"#!lua\nlocal changed = true\n--include load\nattempts = attempts + 1\n--include save\n" +
				"local answer = { pack('>I6I4I6I6BI3',",
			onRedis + look},
		{"memory: an ack takes no delivery lease from another process", memory,
			"a.Retried = true default: return }", "a.Retried = true; default: }",
			onMemory + "an_ack_takes_no_delivery_lease_from_another_process"},
		{"memory: nor does a begin that carries one", memory,
			"case r.Done != 0 && e.out.lease.token.Process() == r.Token.Process():", "case r.Done != 0:",
			onMemory + "an_ack_takes_no_delivery_lease_from_another_process"},
		{"memory: outputs that are left wait", memory,
			"if r.Leave {", "if false {",
			onMemory + "outputs_that_are_left_wait,_and_then_anybody_gets_them"},
		{"memory: a look into a session changes nothing", memory,
			"bytes.Clone(e.state), timeOf(e.timer), e.attempts", "e.state, timeOf(e.timer), e.attempts",
			onMemory + look},
	}
}
