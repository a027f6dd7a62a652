package redisstore

import (
	"crypto/sha1"
	_ "embed"
	"encoding/hex"
	"strings"
)

// The parts that scripts include.
//
//go:embed lua/load.lua
var loadLua string

//go:embed lua/save.lua
var saveLua string

//go:embed lua/drop.lua
var dropLua string

//go:embed lua/pop.lua
var popLua string

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
	include := strings.NewReplacer("--include load\n", loadLua, "--include save\n", saveLua,
		"--include drop\n", dropLua, "--include pop\n", popLua)
	return scripts{
		begin:   makeScript("begin", include.Replace(beginLua)),
		commit:  makeScript("commit", include.Replace(commitLua)),
		release: makeScript("release", include.Replace(releaseLua)),
		extend:  makeScript("extend", include.Replace(extendLua)),
		ack:     makeScript("ack", include.Replace(ackLua)),
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
