#!lua flags=allow-oom
-- ack drops outputs that were delivered, and hands out those behind them if the delivery lease is of the
-- caller's process, or is over: see session.Store.Ack.
--
-- KEYS: 1 session, 2 watch index, 3 account bounds
-- ARGV: 1 request: I5 number of the last output that was delivered, I4 term of the delivery lease (ms),
--         c8 lease token, B leave: give the delivery lease up
-- Returns: nothing, or B 1 if another process may have sent some of the outputs, and then the outputs that wait, as
--          they are stored (see load).
-- May run twice: it drops up to a number and sets a time, and the token finds the delivery lease that it took. A
--                delivery lease that it gave up is nobody's when it runs again.
local doneSeq, deliveryTerm, token, leave = struct.unpack('>I5I4c8B', ARGV[1])
local changed, handOut = false, false
--include load
--include drop
if outputAt <= #stored then
  handOut = sub(deliveryOwner, 1, PROCESS_BYTES) == sub(token, 1, PROCESS_BYTES)
  if not handOut and deliveryUntil <= now then handOut, retried = true, 1 end
  if handOut then
    deliveryUntil, deliveryOwner, changed, handOut = now + deliveryTerm, token, true, leave == 0
    if leave == 1 then deliveryOwner = NOBODY end
  end
end
--include save
return handOut and string.char(retried) .. outputText or ''
