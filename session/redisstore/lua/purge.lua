#!lua flags=allow-oom
-- purge deletes the dead letters of a session from a part of their stream.
--
-- KEYS: 1 dead letters (stream)
-- ARGV: 1 hash of the session, 2 first and 3 last id in the stream to look at, 4 how many letters to look at,
--       5 id of a message: only letters of its events are deleted; or empty: all letters are
-- Returns: the id of the letter that it looked at last, from where to go on; empty at the end.
-- May run twice: it looks for what is still there.
--include fields
local found = redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[3], 'COUNT', ARGV[4])
for _, letter in ipairs(found) do
  local f = fields(letter)
  if f.sid == ARGV[1] and (ARGV[5] == '' or f.message == ARGV[5]) then
    redis.call('XDEL', KEYS[1], letter[1])
  end
end
return #found == tonumber(ARGV[4]) and found[#found][1] or ''
