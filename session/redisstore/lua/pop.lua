-- pop makes the oldest event of the mailbox (KEYS[3]) the head. A member is id, "\0", then
-- c6 accepted, then as in a head from the length of the id on, and B length of the id again:
-- members of one time are in the order of their ids.
local first = call('ZPOPMIN', KEYS[3])
dirty, tries, mail = true, 0, mail - 1
if first[1] then
  headB = sub(first[1], string.byte(first[1], -1) + 2, -2)
  head = 6 + #headB
  headA = pack('>I3I6', head, tonumber(first[2]))
else
  mail = 0
end
