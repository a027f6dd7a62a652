#!lua flags=allow-oom
-- ack drops outputs that were delivered, and hands out those behind: see session.Store.Ack.
-- KEYS: 1 session, 2 watch index
-- ARGV: 1 request: I5 done, I4 lane (ms)
-- Returns the outputs that wait (see load).
-- May run twice: it drops up to a number and sets a time.
local done, term = struct.unpack('>I5I4', ARGV[1])
local dirty = false
--include load
--include drop
if outAt <= #stored then lane, carrier, retried, dirty = now + term, NOBODY, 0, true end
--include save
return outText
