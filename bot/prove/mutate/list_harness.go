package main

// harnessGuards are those of flowtest: what a transcript shows and takes, as LINE does.
func harnessGuards() []guard {
	return []guard{
		{"flowtest: quick replies are those of the last message alone", "flowtest",
			"if s.quick && at == s.newest() {", "if s.quick {",
			"flowtest TestFailures/a_quick_reply_behind_which_the_bot_wrote"},
		{"flowtest: quick replies go when the user writes", "flowtest",
			"s.lastID = e.MessageID s.quick = false", "s.lastID = e.MessageID",
			"flowtest TestFailures/a_quick_reply_behind_which_the_user_wrote"},
		{"flowtest: quick replies go when one is tapped", "flowtest",
			"if a.quick || a.bubble() {", "if a.bubble() {",
			"flowtest TestFailures/a_quick_reply_that_was_tapped"},
		{"flowtest: a transcript shows no quick replies that nobody saw", "flowtest",
			"m.Quick.Items = nil", "",
			"flowtest TestButtons/kiosk"},
		{"flowtest: of equal labels, the number says which", "flowtest",
			"return same[nth-1], nil", "return same[0], nil",
			"flowtest TestTapAnyOfEqualLabels"},
		{"flowtest: photos sent together are one set", "flowtest",
			"Index: i + 1, Total: n}", "Index: 1 + 0*i, Total: n}",
			"flowtest TestContent/mirror"},
		{"flowtest: an event holds the content of its kind", "flowtest",
			"e = sample(e)", "",
			"flowtest TestSend"},
		{"flowtest: a transcript says when a message came", "flowtest",
			"!end.IsZero() && at != last", "false && at != last",
			"flowtest TestTimes/egg"},
	}
}
