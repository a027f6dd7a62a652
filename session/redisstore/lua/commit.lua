#!lua flags=allow-oom
-- commit ends a turn: see session.Store.Commit. Under OOM it still runs: it is what frees.
-- KEYS: 1 session, 2 watch index, 3 mailbox, 4 dead letters (stream)
-- ARGV: 1 request: c8 token, c4 mark, B release, B number of outputs, I4 revision, I4 lease (ms),
--         I4 lane (ms), I6 next timer (ms), I6 keep (ms), I5 done, B length of the event's id,
--         I3 length of the state, B length of the reason of death; then these three, and the
--         outputs as they are stored (see lib.lua)
-- Returns B 1 done, 2 fenced, 3 too many outputs; B lane is the caller's; I6 now (ms);
--   then the head that is handed over, if any, to the end.
-- May run twice: revision and mark tell that this very commit was the last one.
local token, sign, release, count, before, lease, term, timer, keep, done, nid, nstate, nwhy, at =
  unpack('>c8c4BBI4I4I4I6I6I5BI3B', ARGV[1])

if rev == before + 1 and mark == sign then
  local ours = count > 0 and outs ~= '' and carrier == token
    and math.floor(unpack('>I5', outs) / 256) == rev
  local held = not free and owner == token
  if ours then lane = now + term end
  if held then till = now + lease end
  if ours or held then save() end
  return pack('>BBI6', 1, ours and 1 or 0, now) .. (held and head or '')
end
local id = sub(ARGV[1], at, at + nid - 1)
if free or owner ~= token or rev ~= before
  or (nid > 0 and sub(head, 13, 13 + nid) ~= string.char(nid) .. id) then
  return pack('>BBI6', 2, 0, now)
end

if done > 0 then acknowledge(done) end
local ours = 0
if count > 0 then
  if outs == '' then
    ours, lane, carrier, retried = 1, now + term, token, 0
  else
    local waiting, i = count, 1
    while i <= #outs do
      local _, len = unpack('>I5I4', outs, i)
      i, waiting = i + 9 + len, waiting + 1
    end
    if waiting > 100 then return pack('>BBI6', 3, 0, now) end
  end
  outs = outs .. sub(ARGV[1], at + nid + nstate + nwhy)
end

if nwhy > 0 then
  local why = sub(ARGV[1], at + nid + nstate, at + nid + nstate + nwhy - 1)
  call('XADD', KEYS[4], 'MAXLEN', '~', 10000, '*', 'sid', sub(KEYS[1], #KEYS[2]), 'id', id,
    'attempts', tries, 'why', why, 'body', nid > 0 and sub(head, 14 + nid) or '')
end
rev, mark, due, state = rev + 1, sign, timer, sub(ARGV[1], at + nid, at + nid + nstate - 1)
if nid > 0 then head = '' end
if head == '' then tries = 0 end

if release == 0 and head == '' and mail > 0 then
  pop()
  tries = 1
end
if head == '' and mail == 0 then
  owner, free, till, tries = NOBODY, true, 0, 0
elseif release == 1 then
  owner, free, till = token, true, now
else
  till = now + lease
end

-- An ended session is kept for a day, for what it has seen.
if state == '' and due == 0 then
  save(now + 24 * HOUR)
else
  save(math.max(now, due) + math.max(keep, 24 * HOUR))
end
return pack('>BBI6', 1, ours, now) .. (free and '' or head)
