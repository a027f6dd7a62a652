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

//go:embed lua/look.lua
var lookLua string

//go:embed lua/save.lua
var saveLua string

//go:embed lua/drop.lua
var dropLua string

//go:embed lua/pop.lua
var popLua string

//go:embed lua/seen.lua
var seenLua string

//go:embed lua/enqueue.lua
var enqueueLua string

//go:embed lua/remember.lua
var rememberLua string

//go:embed lua/fields.lua
var fieldsLua string

//go:embed lua/last.lua
var lastLua string

// The scripts.
//
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

//go:embed lua/discard.lua
var discardLua string

//go:embed lua/due.lua
var dueLua string

//go:embed lua/census.lua
var censusLua string

//go:embed lua/check.lua
var checkLua string

//go:embed lua/forget.lua
var forgetLua string

//go:embed lua/unsend.lua
var unsendLua string

//go:embed lua/letters.lua
var lettersLua string

//go:embed lua/purge.lua
var purgeLua string

//go:embed lua/replay.lua
var replayLua string

// touchLua is sent as it is: see barrier.
//
//go:embed lua/touch.lua
var touchLua string

// script is a Lua script, and its name in Redis.
type script struct {
	name string
	text string
	sha  string
}

// scripts are those that a store calls.
type scripts struct {
	begin, commit, release, extend, ack script
	discard, due, check, forget, unsend script
	letters, purge, replay, census      script
}

func makeScripts() scripts {
	look := strings.NewReplacer("--include look\n", lookLua)
	include := strings.NewReplacer(
		"--include load\n", look.Replace(loadLua), "--include save\n", look.Replace(saveLua),
		"--include drop\n", dropLua, "--include pop\n", popLua, "--include seen\n", seenLua,
		"--include enqueue\n", enqueueLua, "--include remember\n", rememberLua,
		"--include fields\n", fieldsLua, "--include last\n", lastLua)
	return scripts{
		begin:   makeScript("begin", include.Replace(beginLua)),
		commit:  makeScript("commit", include.Replace(commitLua)),
		release: makeScript("release", include.Replace(releaseLua)),
		extend:  makeScript("extend", include.Replace(extendLua)),
		ack:     makeScript("ack", include.Replace(ackLua)),
		discard: makeScript("discard", include.Replace(discardLua)),
		due:     makeScript("due", dueLua),
		census:  makeScript("census", censusLua),
		check:   makeScript("check", checkLua),
		forget:  makeScript("forget", include.Replace(forgetLua)),
		unsend:  makeScript("unsend", include.Replace(unsendLua)),
		letters: makeScript("letters", include.Replace(lettersLua)),
		purge:   makeScript("purge", include.Replace(purgeLua)),
		replay:  makeScript("replay", include.Replace(replayLua)),
	}
}

func (s *scripts) all() []*script {
	return []*script{
		&s.begin, &s.commit, &s.release, &s.extend, &s.ack, &s.discard,
		&s.due, &s.check, &s.forget, &s.unsend, &s.letters, &s.purge, &s.replay, &s.census,
	}
}

func makeScript(name, text string) script {
	sum := sha1.Sum([]byte(text))
	return script{name: name, text: text, sha: hex.EncodeToString(sum[:])}
}
