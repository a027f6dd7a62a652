package bot

// maxIdle is how many goroutines wait for the next turn. A goroutine that ran one has a stack
// that is large enough; growing a new one costs a third of a turn.
const maxIdle = 64

// start runs f in the background, unless the bot is shutting down.
func (b *Bot) start(f func()) bool {
	return b.launch(func() {
		defer b.busy.Done()
		f()
	})
}

// startOrRun starts f, or runs it itself if the bot is shutting down: what was handed out to this
// process no other will see to before the lane is over.
func (b *Bot) startOrRun(f func()) {
	if !b.start(f) {
		f()
	}
}

// more is start for work that was let in before Shutdown: the caller is busy itself, so Shutdown
// waits for it in any case.
func (b *Bot) more(f func()) {
	b.busy.Add(1)
	b.hand(func() {
		defer b.busy.Done()
		f()
	})
}

// launch is start for an f that calls b.busy.Done itself.
func (b *Bot) launch(f func()) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closing {
		return false
	}
	b.busy.Add(1)
	b.hand(f)
	return true
}

func (b *Bot) hand(f func()) {
	select {
	case b.work <- f:
	default:
		go b.worker(f)
	}
}

func (b *Bot) worker(f func()) {
	for {
		f()
		if b.idle.Add(1) > maxIdle {
			b.idle.Add(-1)
			return
		}
		select {
		case f = <-b.work:
			b.idle.Add(-1)
		case <-b.stop:
			b.idle.Add(-1)
			return
		}
	}
}
