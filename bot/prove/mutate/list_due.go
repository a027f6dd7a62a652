package main

// dueGuards are those of what is due: who lists it, and who begins it.
func dueGuards() []guard {
	const (
		redis  = "session/redisstore"
		claims = "a_claimed_session_is_listed_to_nobody_until_the_claim_is_over_or_it_had_a_turn"
	)
	return []guard{
		{"redis: what one process claims is listed to no other", lua,
			"call('ZADD', KEYS[index.at], unpack(claimed))", "",
			onRedis + claims},
		{"redis: a claim has room in Lua's stack", lua,
			"(#claimed == CLAIM_ARGS or k == n)", "k == n",
			redis + " TestDueClaimsMany"},
		{"redis: of more than the limit the most overdue are listed", lua,
			"if not index.all and index.since[#index.since] < last then", "if false then",
			redis + " TestDueOfManyAccounts"},
		{"redis: several calls claim no more than the limit", redis,
			"if r.claim <= 0 {", "if true {",
			redis + " TestDueOfManyAccounts"},
		{"redis: due tells when the next bound comes", lua,
			"soonest = math.min(soonest, tonumber(first[2]) - now)", "soonest = soonest",
			redis + " TestDueTellsWhenTheNextIsDue"},
		{"redis: due tells when the first session behind a bound is due", lua,
			"soonest = math.min(soonest, at - now)", "",
			redis + " TestDueTellsWhenTheNextIsDue"},
		{"redis: many processes ask no more often than one", redis,
			"s.peers.Store(int64(slices.Max(counts)))", "",
			redis + " TestDueTellsWhenTheNextIsDue"},
		{"memory: what one process claims is listed to no other", "session/memstore",
			"e.due = claimed", "",
			onMemory + claims},
		{"bot: two sweeps do not begin the same sessions", "bot",
			"Due(ctx, s.accounts.names, limit, claimTerm)", "Due(ctx, s.accounts.names, limit, 0)",
			"bot TestTwoSweepsBeginEachSessionOnce"},
		{"bot: where turns are slow, the sweep uses the last places too", "bot",
			"if n = room(); n > 0 {", "if n = room(); false {",
			"bot TestWaitingEventsHaveTurnsOfTheirOwn"},
	}
}
