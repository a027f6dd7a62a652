package main

// accountGuards are those of what keeps the accounts of a store apart.
func accountGuards() []guard {
	const (
		memory = "session/memstore"
		redis  = "session/redisstore"
		due    = "due_lists_the_sessions_of_the_accounts_that_ask,_and_of_no_other"
		bound  = redis + " TestNoSessionIsDueBeforeItsBound"
	)
	return []guard{
		{"memory: a session belongs to its account", memory,
			"account: s.account(session.Account(id)), due: never", `account: s.account(""), due: never`,
			onMemory + due},
		{"memory: each caller of Wake is woken", memory,
			"s.wakes = append(s.wakes, wake)", "s.wakes = []chan struct{}{wake}",
			onMemory + "each_caller_of_wake_is_woken"},
		{"memory: who waits longest is woken too", memory,
			"a.waitsUntil = max(a.waitsUntil, until)", "a.waitsUntil = until",
			memory + " TestWakeOfEachCaller"},
		{"redis: what is due in other accounts is left alone", redis,
			"case ours[b.name]:", "default:",
			onRedis + due},
		{"redis: many indexes are due, and the most overdue sessions come first", lua,
			"heads[limit] or now", "heads[1] or now",
			redis + " TestDueOfManyAccounts"},
		{"redis: Due raises a bound no further than the earliest session", lua,
			"string.format('%d', math.min(at, now + BOUND_AHEAD))", "string.format('%d', now + BOUND_AHEAD)",
			bound},
		{"redis: Due raises a bound no further than a lease lasts", lua,
			"string.format('%d', math.min(at, now + BOUND_AHEAD))", "first[2]",
			redis + " TestBoundFollowsTheEarliestSession"},
		{"redis: a session that is due sooner lowers the bound", lua,
			"(dueAt < indexedAt and dueAt < now + BOUND_AHEAD)", "false",
			bound},
		{"redis: a session of an earlier build lowers the bound", lua,
			"indexedAt < 0 or not wasByAccount or", "indexedAt < 0 or",
			redis + " TestSessionOfAnEarlierBuildIsTakenOver"},
		{"redis: a bound that was lost is written again", lua,
			"(indexedAt < 0 or not wasByAccount or", "(not wasByAccount or",
			redis + " TestIndexThatDisagreesIsMended"},
		{"redis: an index that an earlier build wrote last is known", lua,
			"if changed and reindex then byAccount = ofAccount end", "byAccount = byAccount or ofAccount",
			bound},
		{"redis: a session of an earlier build is listed once", redis,
			"return listed[d.id] })", "return false })",
			redis + " TestSessionInBothIndexesIsListedOnce"},
		{"redis: forget finds the dead letters of an earlier build", redis,
			"return []string{l.dead, l.partition.dead}", "return []string{l.dead}",
			redis + " TestForgetWhatAnEarlierBuildLeft"},
	}
}
