package redisstore

import (
	"crypto/sha1"
	"embed"
	"encoding/hex"
	"regexp"
	"sync"
)

// luaFiles are the scripts, and the parts that they include. A line "--include load" in one of them
// stands for the file load.lua, and a word in capital letters for a constant.
//
//go:embed lua/*.lua
var luaFiles embed.FS

// script is a Lua script, ready to be sent. Redis knows it by the SHA-1 of its text.
type script struct {
	name string
	text string
	sha  string
}

// scripts are those that a store calls:
//
//	shortbegin   begin in the most common case, of several sessions
//	shortcommit  commit in the most common case, of several sessions
//	shortack     ack in the most common case, of several sessions
//	begin      accepts an event, or looks after a session that is due; takes the lease
//	commit     writes what a turn changed; hands over the next event, or gives the lease up
//	release    gives the lease up without a commit
//	extend     gives the lease a fresh term
//	ack        drops outputs that were delivered, and hands out those behind them
//	discard    makes a dead letter of an output
//	bounds     lists the accounts in which a session may be due
//	due        lists the sessions of accounts that somebody must look at
//	check      does nothing, where Redis would let begin run
//	forget     leaves a tombstone of a session
//	unsend     takes a message out of the events that wait
//	letters    lists dead letters
//	count      counts dead letters
//	purge      deletes dead letters
//	replay     makes a dead letter an event again
//	inspect    reads what is kept of a session
//	heartbeat  notes that a process lives, and counts processes
//	touch      writes an empty key; it is sent with its text each time: see barrier
//
// Each may run twice with one effect, as go-redis sends a command again whose answer was lost: the
// files in lua/ say how. Of due, only the claims have an effect: if its answer is lost, they have to run out.
type scripts struct {
	shortBegin, shortCommit, shortAck   script
	begin, commit, release, extend, ack script
	discard, due, check, forget, unsend script
	letters, purge, replay, heartbeat   script
	inspect, bounds, count              script
	touch                               script
}

// theScripts are the same for all stores.
var theScripts = sync.OnceValue(func() scripts { return makeScripts(nil) })

// makeScripts makes the scripts out of their files: includes and constants take their places. edit
// changes each text before that; nil changes nothing. Tests have a clock that they can move by it.
func makeScripts(edit func(string) string) scripts {
	m := func(name string) script {
		text := include(name)
		if edit != nil {
			text = edit(text)
		}
		text = writeConstants(text)
		sum := sha1.Sum([]byte(text))
		return script{name: name, text: text, sha: hex.EncodeToString(sum[:])}
	}
	return scripts{
		shortBegin: m("shortbegin"), shortCommit: m("shortcommit"), shortAck: m("shortack"),
		begin: m("begin"), commit: m("commit"), release: m("release"), extend: m("extend"), ack: m("ack"),
		discard: m("discard"), due: m("due"), check: m("check"), forget: m("forget"), unsend: m("unsend"),
		letters: m("letters"), purge: m("purge"), replay: m("replay"), heartbeat: m("heartbeat"),
		inspect: m("inspect"), bounds: m("bounds"), count: m("count"), touch: m("touch"),
	}
}

// all are the scripts that are loaded when a store starts.
func (s *scripts) all() []*script {
	return []*script{
		&s.begin, &s.commit, &s.release, &s.extend, &s.ack, &s.discard,
		&s.due, &s.check, &s.forget, &s.unsend, &s.letters, &s.purge, &s.replay, &s.heartbeat,
		&s.inspect, &s.bounds, &s.count, &s.shortBegin, &s.shortCommit, &s.shortAck,
	}
}

var includeLine = regexp.MustCompile(`(?m)^--include (\w+)\n`)

// include returns a file with its includes in place.
func include(name string) string {
	return includeLine.ReplaceAllStringFunc(luaFile(name), func(line string) string {
		return include(includeLine.FindStringSubmatch(line)[1])
	})
}

// luaFile returns a file of lua/. One that is not there is empty, which a test would notice.
func luaFile(name string) string {
	text, _ := luaFiles.ReadFile("lua/" + name + ".lua")
	return string(text)
}
