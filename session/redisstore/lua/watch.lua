-- watch puts the time at which somebody must look at the session into "dueAt": when its lease ends or
-- its timer is due, or when the delivery lease ends and outputs are left. 0 means never. The watch index
-- holds just this time, and so it is written only when the time changes. (While a session is claimed, it holds
-- the end of the claim: see due.)
--
-- Example: a turn runs whose lease ends at 12:00:03, an output waits whose delivery lease ends at 12:00:02, and a
-- timer is set for 12:10. dueAt is 12:00:02. When the output is acknowledged it is 12:00:03, and when the turn
-- has committed and kept the timer, 12:10.
dueAt = 0
if not leaseFree or headLength > 0 or mailCount > 0 then
  dueAt = leaseUntil
elseif timerAt > 0 then
  dueAt = math.max(timerAt, leaseUntil)
end
if (outputAt <= #stored or newOutputs ~= '') and (dueAt == 0 or deliveryUntil < dueAt) then dueAt = deliveryUntil end
