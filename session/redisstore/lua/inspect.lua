#!lua flags=no-writes
-- inspect reads what is kept of a session: see session.Admin.Inspect.
--
-- KEYS: 1 session, 2 watch index, 3 mailbox
-- ARGV: none
-- Returns: I6 now (ms), I4 revision, I6 next timer (ms), I6 end of the lease (ms; 0 if no turn runs),
--          B attempts, I3 length and state, B number of events that wait; for each of them I6 its time
--          (ms), I6 when it was accepted (ms), B length and its id; then, up to the end, the outputs that
--          wait (see load).
-- May run twice: it changes nothing.
--include load
local answer = { pack('>I6I4I6I6BI3', now, revision, timerAt, leaseFree and 0 or leaseUntil, attempts, stateLength)
  .. sub(stored, HEADER_BYTES + 1, seenAt - 1) }
local events = {}
if headLength > 0 then
  events[1] = sub(stored, headAt, headAt + HEAD_TIMES + string.byte(stored, headAt + HEAD_TIMES))
end
if mailCount > 0 then
  local members = call('ZRANGE', KEYS[3], 0, -1, 'WITHSCORES') -- see enqueue for how they are stored
  for i = 1, #members, 2 do
    -- From "accepted" to the end of the id behind it: without message and body.
    local length = string.byte(members[i], -1)
    events[#events + 1] = pack('>I6', math.floor(tonumber(members[i + 1]))) .. sub(members[i], length + 2, 2 * length + 8)
  end
end
answer[2] = string.char(#events)
return table.concat(answer) .. table.concat(events) .. sub(stored, outputAt)
