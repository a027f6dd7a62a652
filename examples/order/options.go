package main

import (
	"github.com/kaiwa-go/kaiwa/bot"
	"github.com/kaiwa-go/kaiwa/transport/line"
)

func options() *bot.Options {
	return &bot.Options{
		Zone:        zone,
		MaxAttempts: 20, // so a service may be away for four minutes
		Otherwise:   bot.Always(line.Text("Say “order” to order.")),
		Expired:     bot.Always(line.Text("That order is over. Say “order” to start again.")),
		Failed:      bot.Always(line.Text("Sorry, that did not work. Please try again.")),
	}
}
