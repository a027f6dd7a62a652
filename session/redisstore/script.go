package redisstore

import (
	"crypto/sha1"
	_ "embed"
	"encoding/hex"
	"strings"
)

//go:embed lua/lib.lua
var libLua string

//go:embed lua/begin.lua
var beginLua string

//go:embed lua/commit.lua
var commitLua string

//go:embed lua/release.lua
var releaseLua string

//go:embed lua/extend.lua
var extendLua string

//go:embed lua/ack.lua
var ackLua string

//go:embed lua/due.lua
var dueLua string

// script is a Lua script, and its name in Redis.
type script struct {
	name string
	text string
	sha  string
}

// scripts are those that a store calls.
type scripts struct {
	begin, commit, release, extend, ack, due script
}

func makeScripts() scripts {
	return scripts{
		begin:   makeScript("begin", withLib(beginLua)),
		commit:  makeScript("commit", withLib(commitLua)),
		release: makeScript("release", withLib(releaseLua)),
		extend:  makeScript("extend", withLib(extendLua)),
		ack:     makeScript("ack", withLib(ackLua)),
		due:     makeScript("due", dueLua),
	}
}

func (s *scripts) all() []*script {
	return []*script{&s.begin, &s.commit, &s.release, &s.extend, &s.ack, &s.due}
}

func makeScript(name, text string) script {
	sum := sha1.Sum([]byte(text))
	return script{name: name, text: text, sha: hex.EncodeToString(sum[:])}
}

// withLib puts the shared part behind the first line, which holds the script's flags.
func withLib(text string) string {
	first, rest, _ := strings.Cut(text, "\n")
	return first + "\n" + libLua + rest
}
