#!lua flags=allow-oom
-- discard sets an output aside that cannot be delivered: see session.Store.Discard.
-- KEYS: 1 session, 2 watch index, 3 dead letters (stream)
-- ARGV: 1 request: I5 seq; 2 reason
-- Returns 1.
-- May run twice: the output is gone when there is a letter of it.
local done, why, dirty = struct.unpack('>I5', ARGV[1]), ARGV[2], false
--include load
local at = outAt
while at <= #stored do
  local seq, len = unpack('>I5I4', stored, at)
  if seq == done then
    call('XADD', KEYS[3], 'MAXLEN', '~', 10000, '*', 'sid', sub(KEYS[1], #KEYS[2]), 'seq', seq, 'why', why,
      'body', sub(stored, at + 9, at + 8 + len))
  end
  at = at + 9 + len
end
--include drop
--include save
return 1
