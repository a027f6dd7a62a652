#!lua flags=allow-oom
-- ack drops outputs that were delivered, and hands out those behind them: see session.Store.Ack. A caller
-- who is late gets them only if the delivery lease is over. Such a call has a name, which owns the delivery lease
-- then: so the call is known when it is repeated.
--
-- KEYS: 1 session, 2 watch index, 3 account bounds
-- ARGV: 1 request: I5 number of the last output that was delivered, I4 term of the delivery lease (ms),
--         B late, c8 a name of this call
-- Returns: the outputs that wait, as they are stored (see load).
-- May run twice: it drops up to a number and sets a time, and knows its own name.
local doneSeq, deliveryTerm, late, name = struct.unpack('>I5I4Bc8', ARGV[1])
local changed, handOut = false, false
--include load
--include drop
if outputAt <= #stored and (late == 0 or deliveryUntil <= now or deliveryOwner == name) then
  deliveryUntil, deliveryOwner, retried, changed, handOut = now + deliveryTerm, late == 1 and name or NOBODY, late, true, true
end
--include save
return handOut and outputText or ''
