package bot

import "time"

// The age of an event is judged by the store's clock, which all processes share.

func (b *Bot) setClock(now time.Time) { b.skew.Store(int64(time.Until(now))) }

func (b *Bot) now() time.Time { return time.Now().Add(time.Duration(b.skew.Load())) }
