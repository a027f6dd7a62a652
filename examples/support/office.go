package main

import (
	"context"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Office is what the dialogs need besides the chat.
type Office struct {
	Desk    Desk
	Tickets Tickets
}

// Desk is where people talk to users.
type Desk interface {
	// Tell tells the desk what a user writes, once for each key however often it is called.
	Tell(ctx context.Context, key string, user transport.Source, text string) error
	// Rate notes how a user liked a talk. The last word counts.
	Rate(ctx context.Context, user transport.Source, talk, grade string) error
}

// Tickets is where problems are noted.
type Tickets interface {
	// Open opens a ticket, once for each key however often it is called, and returns its number.
	Open(ctx context.Context, key string, user transport.Source, t Ticket) (int, error)
	// IsOpen reports whether a ticket is open.
	IsOpen(ctx context.Context, number int) (bool, error)
	// Close closes a ticket of the user. If it is closed, or somebody else's, nothing happens.
	Close(ctx context.Context, user transport.Source, number int) error
}
