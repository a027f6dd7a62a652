-- enqueue puts an event into the mailbox (KEYS[3]) and makes it due if nothing else waits: "body"
-- is B length and id, B length and id of the message, body; "time" and "accepted" are in ms. For a member see pop.
local n = string.byte(body)
call('ZADD', KEYS[3], time, sub(body, 2, n + 1) .. '\0' .. pack('>I6', accepted) .. body .. string.char(n))
call('PEXPIRE', KEYS[3], 25 * HOUR)
if free and till <= now and head == 0 and mail == 0 then till = now end
mail = mail + 1
