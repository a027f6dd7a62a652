#!lua flags=allow-oom
-- ack drops outputs that were delivered, and hands out those behind them: see session.Store.Ack. It does not
-- know who calls, so the delivery lease is nobody's by name: it only has a time.
--
-- KEYS: 1 session, 2 watch index
-- ARGV: 1 request: I5 number of the last output that was delivered, I4 term of the delivery lease (ms)
-- Returns: the outputs that wait, as they are stored (see load).
-- May run twice: it drops up to a number and sets a time.
local doneSeq, deliveryTerm = struct.unpack('>I5I4', ARGV[1])
local changed = false
--include load
--include drop
if outputAt <= #stored then deliveryUntil, deliveryOwner, retried, changed = now + deliveryTerm, NOBODY, 0, true end
--include save
return outputText
