package main

// subGuards are those of sub-flows.
func subGuards() []guard {
	const dir = "flow"
	return []guard{
		{"flow: ranks come before the levels of sub-flows", dir,
			"for rank := RankExact; rank >= max(s.in.Least, RankAny); rank-- {", "for rank := RankAny; rank <= RankExact; rank++ {",
			"flow TestSubFlow/its_own_words_come_before_the_outer_ones_of_the_same_rank,_the_outer_before_those_of_a_lower_rank"},
		{"flow: a sub-flow that is left runs its exit action", dir,
			"return l.exit(max(from, n.depth+1))", "return nil",
			"flow TestSubFlow/outer_To_leaves_it,_the_innermost_first"},
		{"flow: a Call out of a sub-flow keeps it", dir,
			"n.inner != nil && s.outcome == Call", "false && s.outcome == Call",
			"flow TestSubFlow/a_Call_out_of_it_keeps_it"},
		{"flow: of Wrong of all levels the highest number is taken", dir,
			"for n := min(s.trail.tries, maxWrong); n > 0; n-- {", "for n := 1; n <= s.trail.tries; n++ {",
			"flow TestSubFlow/of_Wrong_the_highest_number_counts,_of_equal_ones_the_innermost"},
		{"flow: Restart in a sub-flow takes the input anew", dir,
			"if n := s.nested; n != nil && n.depth > 0 { return n.fill() }", "",
			"flow TestSubFlow/Restart_in_it_takes_the_input_anew"},
		{"flow: Back from question to question of a sub-flow does not leave the outer state", dir,
			"if places[i].state != present[i].state ||", "if true ||",
			"flow TestSubFlow/Back_leads_from_one_of_its_questions_to_the_one_before"},
		{"flow: a sub-flow that is called asks what it knows", dir,
			"if s.nested != nil && s.nested.mustAsk { return false }", "",
			"flow TestSubFlow/a_called_one_always_asks"},
		{"flow: a sub-flow that cannot be read is given up", dir,
			"case s.nested.lost && !s.in.Suspended: return s.settle(s.follow(s.giveUp()))", "",
			"flow TestSubFlowThatCannotBeRead/an_answer"},
		{"flow: a refusal of the outer flow undoes what the sub-flow did", dir,
			"s.reload() counted :=", "counted :=",
			"flow TestRefusalAcrossFlows"},
		{"flow: a timer of a sub-flow arms none of the outer flow's", dir,
			"&& (s.nested == nil || !s.nested.noticed)", "",
			"flow TestSubFlowTimers"},
		{"flow: the menu is that of the innermost state", dir,
			"res.Menu, _ = s.shownMenu()", "",
			"flow TestSubFlowShows"},
		{"bot: a reminder of a sub-flow is kept under its name", "bot",
			"flow: cmp.Or(r.Flow, f.Name())", "flow: f.Name()",
			"bot TestTimersOfASubFlow"},
	}
}
