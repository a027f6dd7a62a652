package main

const (
	unsent    = "an_unsent_message_is_gone,_and_its_events_keep_their_place"
	discarded = "an_output_that_is_discarded_leaves_a_letter"
)

// durableGuards are those of replicas, disks and what is taken out of a store.
func durableGuards() []guard {
	const (
		dir    = "session/redisstore"
		memory = "session/memstore"
	)
	return []guard{
		{"redis: what not enough replicas have is not acknowledged", dir,
			"case c.err == nil && !met:", "case c.err == nil && !met && false:",
			"session/redisstore TestReplicaThatHangs"},
		{"redis: a duplicate is acknowledged no earlier than the first", dir,
			"case c.err == nil && !met:", "case c.err == nil && !met && (len(c.reply) == 0 || c.reply[0] != 3):",
			"session/redisstore TestReplicaThatHangs"},
		{"redis: events are waited for, and what is handed out with them", dir,
			"start := time.Now() reply, err := s.firm.do(ctx, c)", "start := time.Now(); reply, err := s.batch.do(ctx, c)",
			"session/redisstore TestReplicaThatHangs"},
		{"redis: outputs are handed out when they are durable", dir,
			"c.seal(&s.scripts.ack, l.session, l.watch, l.bounds) reply, err := s.firm.do(ctx, c)",
			"c.seal(&s.scripts.ack, l.session, l.watch, l.bounds); reply, err := s.batch.do(ctx, c)",
			"session/redisstore TestReplicaThatHangs"},
		{"redis: a Begin that was not durable in time keeps no lease", dir,
			"_ = s.Release(ctx, &session.ReleaseRequest{ID: r.ID, Token: r.Token})", "",
			"session/redisstore TestReplicaThatHangs"},
		{"redis: a call that writes nothing waits for what was written", dir,
			"_ = pipe.Process(ctx, touch)", "",
			"session/redisstore TestCallsThatWriteNothingWait"},
		{"redis: a full Redis waits for its replicas", lua,
			"#!lua flags=allow-oom redis.call('SET'", "#!lua\nredis.call('SET'",
			"session/redisstore TestFullRedisWithReplicas"},
		{"redis: all replicas asked for count", dir,
			"return err == nil && n >= w.replicas", "return err == nil && n >= 0",
			"session/redisstore TestBarrierIsMet/too_few"},
		{"redis: the disk counts", dir,
			"len(n) == 2 && n[0] >= 1", "len(n) == 2",
			"session/redisstore TestBarrierIsMet/no_disk"},
		{"redis: an unsent message is gone where it runs", lua,
			"local bodyAt = headLength > 0 and bodyOf(stored, headAt + HEAD_TIMES)", "local bodyAt = false",
			onRedis + unsent},
		{"redis: an unsent message is gone where it waits", lua,
			"for i = 0, mailCount - 1 do", "for i = 0, -1 do",
			onRedis + unsent},
		{"redis: an unsent message is gone from the dead letters", dir,
			"if some, err := s.purgeAll(ctx, l, messageID, last); err != nil || !some {", "if some, err := last != nil, error(nil); err != nil || !some {",
			onRedis + unsent},
		{"redis: an unsent message is gone though it is replayed", dir,
			"_, err = s.wipe(ctx, &s.scripts.unsend, l, messageID)", "err = nil",
			"session/redisstore TestUnsendMeetsAReplay"},
		{"redis: an output that is discarded leaves a dead letter", lua,
			"if seq == doneSeq then", "if false then",
			onRedis + discarded},
		{"redis: an attempt that crashed is told from one that was released", lua,
			"crashed = attempts > 0 and (crashed or not leaseFree)", "crashed = attempts > 0",
			onRedis + "an_attempt_that_lost_its_lease_is_told_from_one_that_was_released"},
		{"memory: an unsent message is gone where it runs", memory,
			"if m.head.MessageID == messageID {", "if false {",
			onMemory + unsent},
		{"memory: an unsent message is gone where it waits", memory,
			"if m.waiting[i].MessageID == messageID {", "if false {",
			onMemory + unsent},
		{"memory: an unsent message is gone from the dead letters", memory,
			"return d.Session == id && d.Event.MessageID == messageID", "return false",
			onMemory + unsent},
		{"memory: an output that is discarded leaves a dead letter", memory,
			"n > 0 && e.out.waiting[n-1].Seq == seq {", "n > 0 && false {",
			onMemory + discarded},
	}
}
