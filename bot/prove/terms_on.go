//go:build crashpoints

package main

import (
	"time"

	"github.com/kaiwa-go/kaiwa/bot"
)

// shorten makes the terms of a lease and of a delivery lease shorter than they are for users.
func shorten(o *bot.Options, lease, delivery time.Duration) { o.Terms(lease, delivery) }
