#!lua flags=allow-oom
-- ack drops outputs that were delivered, and hands out those behind: see session.Store.Ack.
-- KEYS: 1 session, 2 watch index
-- ARGV: 1 request: I5 done, I4 lane (ms)
-- Returns the outputs that wait (see lib.lua).
-- May run twice: it drops up to a number and sets a time.
local done, term = unpack('>I5I4', ARGV[1])
local dropped = acknowledge(done)
if outs ~= '' then lane, carrier, retried = now + term, NOBODY, 0 end
if dropped or outs ~= '' then save() end
return outs
