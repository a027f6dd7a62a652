package main

import (
	"context"
	"crypto/rand"
	"html/template"
	"log"
	"maps"
	"net/http"
	"slices"
	"sync"
)

// Desk is where people help.
type Desk interface {
	// Tell tells the desk what a user writes, once for each key however often it is called.
	Tell(ctx context.Context, key, user, text string) error
}

// Counter is a Desk in memory, with a page. It stands for the people's own software.
type Counter struct {
	// Answer passes on what the desk says to a user: a signal "desk" with a text, or "desk_done", by which the user
	// is given back to the bot. The id makes that happen once.
	Answer func(ctx context.Context, user, signal string, payload any, id string) error

	mu    sync.Mutex
	talks map[string][]string // what was said, by user
	keys  map[string]bool
}

// Tell notes what the user writes.
func (c *Counter) Tell(_ context.Context, key, user, text string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keys[key] {
		return nil
	}
	if c.keys == nil {
		c.talks, c.keys = make(map[string][]string), make(map[string]bool)
	}
	c.keys[key] = true
	c.talks[user] = append(c.talks[user], text)
	return nil
}

// Talks returns what was said to and by each user who is with the desk.
func (c *Counter) Talks() map[string][]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	talks := maps.Clone(c.talks)
	for user := range talks {
		talks[user] = slices.Clone(talks[user])
	}
	return talks
}

// ServeHTTP serves the page of the desk: GET shows it, and POST answers the user, or gives them back if the
// text is empty.
func (c *Counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		if err := c.answer(r.Context(), r.FormValue("user"), r.FormValue("text")); err != nil {
			log.Printf("desk: %v", err)
			http.Error(w, "The bot did not take it. Try again.", http.StatusBadGateway)
			return
		}
	}
	if err := deskPage.Execute(w, c.Talks()); err != nil {
		log.Printf("desk: %v", err)
	}
}

func (c *Counter) answer(ctx context.Context, user, text string) error {
	if _, ok := c.Talks()[user]; !ok {
		return nil // they were given back: another window was quicker
	}
	signal := "desk"
	if text == "" {
		signal = "desk_done"
	}
	if err := c.Answer(ctx, user, signal, text, rand.Text()); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if text == "" {
		delete(c.talks, user)
	} else {
		c.talks[user] = append(c.talks[user], "Desk: "+text)
	}
	return nil
}

var deskPage = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Desk</title>
<body style="font-family: sans-serif">
<p><a href="">Look again</a></p>
{{range $user, $said := .}}<h2>{{$user}}</h2>
{{range $said}}<p>{{.}}</p>{{end}}
<form method="post"><input type="hidden" name="user" value="{{$user}}"><input name="text" autofocus>
<button>Answer, or give back</button></form>
{{else}}<p>Nobody needs help.</p>{{end}}
`))
