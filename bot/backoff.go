package bot

import "time"

// This file says how long the bot waits before it tries again:
//
//	what failed                               waits
//	the turn of an event or a timer           0.2 s, 1 s, 5 s, 15 s; then it is set aside
//	a timer of a conversation after these     1 min, 2 min, 4 min ... 24 h
//	the sending of an output                  0.1 s, 0.4 s; then half of its age, 1 s to 5 min
//	Commit, while the store is away           0, 20 ms, 60 ms, 140 ms ... 1 s, for 10 s in all

// retryTurn returns how long an event or a timer waits after its nth attempt, n being 1 for the first.
func retryTurn(attempt int) time.Duration {
	waits := [...]time.Duration{200 * time.Millisecond, time.Second, 5 * time.Second, 15 * time.Second}
	return waits[min(max(attempt, 1), len(waits))-1]
}

const (
	// minLapse and maxLapse bound the waits of a timer of a conversation after Options.MaxAttempts.
	minLapse = time.Minute
	maxLapse = 24 * time.Hour
)

// retryLapse is how long a timer of a conversation waits after its nth attempt more than
// Options.MaxAttempts.
func retryLapse(n int) time.Duration {
	return min(minLapse<<min(max(n, 0), 20), maxLapse)
}

const (
	// minRetry and maxRetry bound how long an output waits for its next attempt.
	minRetry = time.Second
	maxRetry = 5 * time.Minute
)

// quickRetries are the waits before the second and the third attempt at an output. These attempts follow
// each other quickly, while the reply token is good and the delivery lease lasts. After them the wait
// grows with the age of the output.
var quickRetries = [...]time.Duration{100 * time.Millisecond, 400 * time.Millisecond}

// retryOutput returns how long an output of that age waits: half of its age, but at least 1 s and at
// least what the platform asked for, and at most 5 minutes. An output that is 10 s old waits 5 s, and one
// that is an hour old waits 5 minutes.
func retryOutput(age, asked time.Duration) time.Duration {
	return min(max(age/2, minRetry, asked), maxRetry)
}

// commitPatience is for how long a turn tries to commit while the store is away. Its actions have run:
// to try on costs less than to run them again. If another process takes the session meanwhile, the
// commit is refused.
const commitPatience = 10 * time.Second

// retryCommit returns the wait after the one before.
func retryCommit(before time.Duration) time.Duration {
	return min(2*before+20*time.Millisecond, time.Second)
}
