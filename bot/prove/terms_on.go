//go:build crashpoints

package main

import (
	"time"

	"github.com/kaiwa-go/kaiwa/bot"
)

// shorten makes the terms of a lease and of a lane shorter than they are for users.
func shorten(o *bot.Options, lease, lane time.Duration) { o.Terms(lease, lane) }
