-- pop makes the oldest event of the mailbox (KEYS[3]) the head. See enqueue for how it is stored there.
--
-- In the mailbox an event is id, zero byte, accepted, mailText, length of the id, with its time as the score. As the
-- head it is length, time, accepted, mailText. So pop cuts off the id and the zero byte in front and the length
-- behind, and puts length and time before it. Attempts begin at 0, since the event never had a turn.
local first = call('ZPOPMIN', KEYS[3])
changed, attempts, mailCount = true, 0, mailCount - 1
if first[1] then
  newHeadRest = sub(first[1], string.byte(first[1], -1) + 2, -2) -- from "accepted" on
  headLength = 6 + #newHeadRest
  newHead = pack('>I3I6', headLength, math.floor(tonumber(first[2])))
else
  mailCount = 0 -- the mailbox was lost: nothing waits
end
