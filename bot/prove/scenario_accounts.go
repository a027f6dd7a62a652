package main

import "time"

// allAccounts are the accounts of the row.
var allAccounts = []string{"shop", "shop/west", "support"}

// accountsRow has three accounts on one store: two that the same bots serve, and one of a neighbour's
// bot, which knows nothing of them. The same users write to all three. Processes die at any point, events
// fail at first, and timers are due.
func accountsRow(long bool) trial {
	t := base("accounts", 36, pick(long, 25, 200), 90, 4)
	t.accounts = allAccounts
	t.slow, t.timers, t.again, t.attempts = 5*time.Millisecond, 5, 3, 8
	t.crash = anyPoint + "=/300"
	t.repair = 5 * time.Second // the neighbour's one process has to start, and an attempt to fail
	return t
}
