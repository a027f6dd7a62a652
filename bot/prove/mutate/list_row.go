package main

// rowGuards are those that rows of the proving ground prove: a mend, and the row that attacks it.
func rowGuards() []guard {
	const rows = "bot/prove TestRow/"
	return []guard{
		{"row: late-redelivery", "transport/line",
			"return min(c.window-d.Age, replyReach-d.EventAge)", "return c.window - d.Age",
			rows + "late-redelivery/real"},
		{"row: answer-hangs", "bot",
			"- lastLook; left >= minRetry {", "- lastLook; left >= time.Hour {",
			rows + "answer-hangs/500-for-44s"},
		{"row: outage-window", "bot",
			"h = c.letOthersSpeak(id, h)", "",
			rows + "outage-window/short"},
		{"row: reminder-fails", "bot",
			"Dead: cause,", "",
			rows + "reminder-fails/real"},
		{"row: replay", "bot",
			"o.spent = replayed(pl.turn) && p.o.Failed != nil", "o.spent = false",
			rows + "replay/real"},
		{"row: death-under-load, one process", "bot",
			"return j.attempt > 2", "return true",
			rows + "death-under-load/one"},
		{"row: death-under-load, one of two", "session",
			"DefaultLease = 3500 * time.Millisecond", "DefaultLease = time.Minute",
			rows + "death-under-load/two"},
		{"row: rolling", "bot",
			"case err == nil && b.drain.on.Load():", "case false:",
			rows + "rolling/ServeMux"},
		{"row: accounts", "session",
			"s = append(append(b[:0], k.Channel...), '/')", "s = append(b[:0], '/')",
			rows + "accounts"},
		{"row: quota-spent", "transport/line",
			"case e.MonthlyLimit():", "case e.MonthlyLimit(): out.Disposition = transport.Hold",
			rows + "quota-spent"},
		{"row: frozen-after-answer", "bot",
			"beforeResponse = 1500 * time.Millisecond", "beforeResponse = time.Millisecond",
			rows + "frozen-after-answer/quick"},
		{"row: nested", "bot",
			"case t.flow == \"\" && t.of > i: t.of--", "case false:",
			rows + "nested/kills"},
	}
}
