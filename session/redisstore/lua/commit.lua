#!lua flags=allow-oom
-- commit ends a turn: see session.Store.Commit. Under OOM it still runs: it is what frees.
-- KEYS: 1 session, 2 watch index, 3 mailbox, 4 dead letters (stream)
-- ARGV: 1 request: c8 token, c4 mark, B release, B number of outputs, I4 revision, I4 lease (ms),
--         I4 lane (ms), I6 next timer (ms), I6 keep (ms), I5 done
--       2 id of the event, or empty; 3 state; 4 reason of death, or empty
--       5 outputs as they are stored (see load)
-- Returns B 1 done, 2 fenced, 3 too many outputs; B lane is the caller's; I6 now (ms);
--   then I3 length and head that is handed over, if any.
-- May run twice: revision and mark tell that this very commit was the last one.
local token, sign, release, count, before, lease, term, timer, keep, done =
  struct.unpack('>c8c4BBI4I4I4I6I6I5', ARGV[1])
local id, state, why, dirty = ARGV[2], ARGV[3], ARGV[4], true
--include load

local ours = 0
if rev == before + 1 and mark == sign then
  -- The answer to the first time was lost.
  local held = not free and owner == token
  if count > 0 and outAt <= #stored and carrier == token
    and math.floor(unpack('>I5', stored, outAt) / 256) == rev then
    ours, lane = 1, now + term
  end
  if held then till = now + lease end
  dirty = held or ours == 1
--include save
  return pack('>BBI6', 1, ours, now) .. (held and headText or '')
end
if rev > before + 1 and count > 0 and outAt <= #stored and carrier == token and lane > now
  and math.floor(unpack('>I5', stored, outAt) / 256) == before + 1 then
  -- It was lost, and another turn came since; but what this one left is still in the caller's lane.
  lane = now + term
--include save
  return pack('>BBI6', 1, 1, now)
end
if free or owner ~= token or rev ~= before
  or (id ~= '' and sub(stored, headAt + 12, headAt + 12 + #id) ~= string.char(#id) .. id) then
  return pack('>BBI6', 2, 0, now)
end

if done > 0 then
--include drop
end
if count > 0 then
  more = ARGV[5]
  if outAt > #stored then
    ours, lane, carrier, retried = 1, now + term, token, 0
  else
    local at = outAt
    while at <= #stored do
      local _, len = unpack('>I5I4', stored, at)
      at, count = at + 9 + len, count + 1
    end
    if count > 100 then return pack('>BBI6', 3, 0, now) end
  end
end

if why ~= '' and id ~= '' then
  local time, accepted = unpack('>I6I6', stored, headAt)
  local at = headAt + 14 + #id
  local body = at + string.byte(stored, at - 1)
  call('XADD', KEYS[4], 'MAXLEN', '~', 10000, '*', 'sid', sub(KEYS[1], #KEYS[2]), 'id', id, 'time', time,
    'accepted', accepted, 'attempts', tries, 'why', why, 'message', sub(stored, at, body - 1),
    'body', sub(stored, body, headAt + head - 1))
end
rev, mark, due, nstate = rev + 1, sign, timer, #state
kept = state .. sub(stored, seenAt, tailAt - 1)
if id ~= '' then head = 0 end
if head == 0 then tries, crashed = 0, false end

if release == 0 and head == 0 and mail > 0 then
--include pop
  tries = 1
end
if head == 0 and mail == 0 then
  owner, free, till, tries = NOBODY, true, 0, 0
elseif release == 1 then
  owner, free, till = NOBODY, true, now
else
  till = now + lease
end

-- An ended session is kept for a day, for what it has seen.
ends = now + 24 * HOUR
if nstate > 0 or due > 0 then ends = math.max(now, due) + math.max(keep, 24 * HOUR) end
--include save
local answer = pack('>BBI6', 1, ours, now)
if free then return answer end
return answer .. headText .. (headB or '')
