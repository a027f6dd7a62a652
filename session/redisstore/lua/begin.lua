#!lua
-- begin accepts an event, or looks after a session that is due: see session.Store.Begin.
-- KEYS: 1 session, 2 watch index, 3 mailbox
-- ARGV: 1 request: c8 token, B redelivered, B hold, I4 lease (ms), I4 lane (ms), I5 done,
--         I6 time of the event (ms), c8 hash of its id, B length of its id (0: no event), id, body
-- Returns B status, B retried, I6 now (ms); for status 1 (run): B attempt, I4 revision, I6 next
--   timer, I3 length and head (see lib.lua), I3 length and state; then the outputs that were
--   handed out, to the end. Status 201: the mailbox is full.
-- May run twice: the token finds its own lease and lane, the event's hash its event.
local token, redelivered, hold, lease, term, done, time, hash, n, at =
  unpack('>c8BBI4I4I5I6c8B', ARGV[1])
local event = n > 0
local dirty = false

local function seenBefore()
  local i = string.find(seen, hash, 1, true)
  while i and i % 10 ~= 1 do i = string.find(seen, hash, i + 1, true) end
  return i
end

-- waits says if the event is the head or in the mailbox.
local function waits()
  local id = sub(ARGV[1], at, at + n - 1)
  if head ~= '' and sub(head, 13, 13 + n) == string.char(n) .. id then return true end
  if mail == 0 then return false end
  for _, member in ipairs(call('ZRANGE', KEYS[3], time, time, 'BYSCORE')) do
    if string.byte(member, -1) == n and sub(member, 1, n) == id then return true end
  end
  return false
end

-- remember adds the event to those seen. What is dropped for it, for age (24 h) or number
-- (128), raises the floor: a redelivery from before the floor can no longer be told from new.
local function remember()
  local unit, drop, count = math.floor(now / 4000), 0, #seen / 10
  while drop < count do
    local age = (unit - unpack('>I2', seen, 10 * drop + 9)) % 65536
    if age <= 21600 and count - drop < 128 then break end
    floor = math.max(floor, (unit - age + 1) * 4)
    drop = drop + 1
  end
  seen = sub(seen, 10 * drop + 1) .. hash .. pack('>I2', unit % 65536)
end

-- 1 run, 2 queued, 3 duplicate, 4 stale, 5 idle: the values of session.Status.
local status = 5
local again = not free and owner == token
if again then
  status = 1
elseif event then
  -- A full list of seen events may have dropped one that still waits.
  local known = seenBefore() or (#seen >= 1280 and (head ~= '' or mail > 0) and waits())
  if known then
    if hold == 1 or till > now or (head == '' and mail == 0) then
      status = waits() and 2 or 3
    else
      status = 0
    end
  elseif redelivered == 1 and floor > 0 and time <= floor * 1000 then
    status = 4
  else
    status = 2
    if till > now or hold == 1 or head ~= '' or mail > 0 then
      if mail >= 200 then return pack('>BBI6', 201, 0, now) end
      call('ZADD', KEYS[3], time, sub(ARGV[1], at, at + n - 1) .. '\0' .. pack('>I6', now)
        .. sub(ARGV[1], at + n) .. string.char(n))
      call('PEXPIRE', KEYS[3], 25 * HOUR)
      if free and till <= now and head == '' and mail == 0 then till = now end
      mail = mail + 1
    else
      head, tries = pack('>I6I6', time, now) .. sub(ARGV[1], at - 1), 0
    end
    remember()
    dirty = true
  end
end

-- Take the lease if it is free and something is to be done.
if not again and hold == 0 and till <= now and (status == 5 or status == 2 or status == 0) then
  if head == '' and mail > 0 then
    pop()
    dirty = true
  end
  if head ~= '' or (not event and due > 0 and due <= now) then
    status, tries, dirty = 1, math.min(tries + 1, 255), true
  elseif status == 0 then
    status = 3
  end
end
if status == 1 then
  owner, free, till, dirty = token, false, now + lease, true
elseif till > 0 and till <= now and head == '' and mail == 0 and (due == 0 or due > now) then
  owner, free, till, tries, dirty = NOBODY, true, 0, 0, true
end

if done > 0 and acknowledge(done) then dirty = true end
local give = ''
if outs ~= '' then
  if carrier ~= token and (done > 0 or (lane <= now and hold == 0)) then
    carrier, lane, retried, dirty = token, now + term, done > 0 and 0 or 1, true
  end
  if carrier == token then give = outs end
end

if dirty then
  save()
elseif status == 5 then
  looked = -1 -- mends an index that disagrees with the session, or has one that is gone
  watch()
end
local answer = pack('>BBI6', status, give ~= '' and retried or 0, now)
if status == 1 then
  answer = answer .. pack('>BI4I6I3', tries, rev, due, #head) .. head .. pack('>I3', #state) .. state
end
return answer .. give
