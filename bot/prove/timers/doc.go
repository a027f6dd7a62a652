// Timers measures how fast a bot works off timers that are due at the same moment, beside asynq, a task queue on
// Redis, in the same run.
//
//	go -C bot/prove run ./timers              # 20,000 timers, 3 rounds: three minutes
//	go -C bot/prove run ./timers -n 100000    # the size of the issue
//	go -C bot/prove run ./timers -base OLD    # also the bots of another build of this program
//
// Each round runs every contender once, so that a busy machine slows down all of them, and the table has the
// medians of the ratios of the rounds. Redis is a real server on the loopback interface, one for each run. It
// starts with the same file of stored timers each time. Workers are processes of their own.
//
// What is one piece of work:
//
//	kaiwa         a whole turn: the lease of the session is taken, the timer's action changes the data, and the
//	              new state is committed. It counts when it is committed
//	asynq         a scheduled task with a payload, whose handler does nothing. It counts when the handler has
//	              returned; asynq's own note that the task is done comes after that
//	asynq+state   the same, and the handler reads a state of 200 bytes by GET and writes it by SET
//
// The bot runs with its defaults, and so with 256 turns at once; asynq has a concurrency of 256. It looks for
// tasks that are due every 10 ms, where its default is 5 s.
//
// The second table is of timers whose action waits for 50 ms, as for a service that it asks. The third is of timers
// that are due at a moment to come, while the workers wait for it: how late was the last of them?
package main
