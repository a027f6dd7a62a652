package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
)

// database is the address of what the actions of a bot need besides LINE and Redis: a stand-in for the
// database of its author, which the platform plays. Without an address it always answers.
type database string

// apology is the answer to an event that became a dead letter where actions need the database. It uses the
// event's reply token up, which a replay must know.
const apology = "sorry"

var errDatabase = errors.New("prove: the database does not answer")

// ask returns nil if the database answers. With a key, it does so when it was asked for that for the fourth
// time.
func (d database) ask(ctx context.Context, key string) error {
	if d == "" {
		return nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, string(d)+"?key="+url.QueryEscape(key), nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return errDatabase // the text of err has the key
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return errDatabase
	}
	return nil
}

// database answers a bot, or does not.
func (p *platform) database(w http.ResponseWriter, r *http.Request) {
	key := r.URL.Query().Get("key")
	p.mu.Lock()
	defer p.mu.Unlock()
	fails := p.dbDown && key == ""
	if key != "" {
		p.asked[key]++
		fails = p.asked[key] < 4
	}
	if fails {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

// setDatabase has the database answer or not.
func (p *platform) setDatabase(down bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dbDown = down
}
