package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"slices"
	"sync"

	"github.com/kaiwa-go/kaiwa/transport"
)

// Counter is a Desk and Tickets in memory, with a page. It stands for the people's own software.
type Counter struct {
	// Signal is bot.Bot.Signal: what the desk says goes to the chat as a signal, which nobody else can make.
	Signal func(ctx context.Context, to transport.Source, name string, payload any, id string) error

	mu      sync.Mutex
	talks   []*talk // those that are going on
	tickets []*opened
	keys    map[string]int    // what Tell and Open were called with, and the number of the ticket
	grades  map[string]string // by user and talk
}

type talk struct {
	ID   string
	User transport.Source
	Said []string
}

type opened struct {
	user transport.Source
	open bool
}

// Tell notes what the user writes.
func (c *Counter) Tell(_ context.Context, key string, user transport.Source, text string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, told := c.keys[key]; !told {
		c.note(key, 0, user, text)
	}
	return nil
}

// Open notes a ticket, which the desk sees as the beginning of a talk.
func (c *Counter) Open(_ context.Context, key string, user transport.Source, t Ticket) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n, done := c.keys[key]; done {
		return n, nil
	}
	c.tickets = append(c.tickets, &opened{user, true})
	n := len(c.tickets)
	c.note(key, n, user, fmt.Sprintf("Ticket %d, %s: %s Phone: %s", n, t.Topic, t.What, t.Phone))
	return n, nil
}

// note is called with mu held.
func (c *Counter) note(key string, number int, user transport.Source, text string) {
	if c.keys == nil {
		c.keys, c.grades = make(map[string]int), make(map[string]string)
	}
	c.keys[key] = number
	for _, t := range c.talks {
		if t.User == user {
			t.Said = append(t.Said, text)
			return
		}
	}
	c.talks = append(c.talks, &talk{rand.Text(), user, []string{text}})
}

// IsOpen reports whether a ticket is open.
func (c *Counter) IsOpen(_ context.Context, number int) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return number > 0 && number <= len(c.tickets) && c.tickets[number-1].open, nil
}

// Close closes a ticket.
func (c *Counter) Close(_ context.Context, user transport.Source, number int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if number > 0 && number <= len(c.tickets) && c.tickets[number-1].user == user {
		c.tickets[number-1].open = false
	}
	return nil
}

// Rate notes a grade.
func (c *Counter) Rate(_ context.Context, user transport.Source, talk, grade string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.grades == nil {
		c.grades = make(map[string]string)
	}
	c.grades[user.UserID+" "+talk] = grade
	return nil
}

// ServeHTTP serves the page of the desk: GET shows it, and POST answers a user, or ends the talk and closes the user's
// tickets. Each form has an id, so that one that is sent twice answers once.
func (c *Counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		if err := c.answer(r.Context(), r.FormValue("talk"), r.FormValue("text"), r.FormValue("id")); err != nil {
			log.Printf("desk: %v", err)
			http.Error(w, "The bot did not take it. Try again.", http.StatusBadGateway)
			return
		}
	}
	if err := deskPage.Execute(w, c.going()); err != nil {
		log.Printf("desk: %v", err)
	}
}

// going returns the talks that are going on.
func (c *Counter) going() (talks []talk) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range c.talks {
		talks = append(talks, talk{t.ID, t.User, slices.Clone(t.Said)})
	}
	return talks
}

// answer gives the user what the desk says. Without a text the desk is done.
func (c *Counter) answer(ctx context.Context, id, text, form string) error {
	talks := c.going()
	i := slices.IndexFunc(talks, func(t talk) bool { return t.ID == id })
	if i < 0 {
		return nil // another window was quicker
	}
	if text != "" {
		if err := c.Signal(ctx, talks[i].User, "desk_says", Words{Text: text}, form); err != nil {
			return err
		}
		return c.Tell(ctx, form, talks[i].User, "Desk: "+text)
	}
	if err := c.Signal(ctx, talks[i].User, "desk_done", Words{Talk: id}, id); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.talks = slices.DeleteFunc(c.talks, func(t *talk) bool { return t.ID == id })
	for _, t := range c.tickets {
		t.open = t.open && t.user != talks[i].User
	}
	return nil
}

var deskPage = template.Must(template.New("").Funcs(template.FuncMap{"id": rand.Text}).Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Desk</title>
<body style="font-family: sans-serif">
<p><a href="">Look again</a></p>
{{range .}}<h2>{{.User.UserID}}</h2>
{{range .Said}}<p>{{.}}</p>{{end}}
<form method="post"><input type="hidden" name="talk" value="{{.ID}}"><input type="hidden" name="id" value="{{id}}">
<input name="text" autofocus> <button>Answer, or end the talk</button></form>
{{else}}<p>Nobody needs help.</p>{{end}}
`))
