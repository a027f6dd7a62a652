-- Put into each script behind its first line: reads the session's value into locals, and
-- writes it back. KEYS 1 is the session, 2 the partition's watch index, 3 the mailbox if the
-- script has one.
--
-- The value, big-endian:
--   header   B layout, B flags, I4 revision, I6 next timer (ms), I4 floor (s), I3 expiry (h),
--            c4 mark of the last commit, B number of seen events, I3 length of the state
--   seen     each c8 hash of an event's id, I2 when it was accepted (4 s units), oldest first
--   state
--   lease    flag 1:  c8 token, I6 until (ms), B attempts. Flag 2: the lease is free, nothing
--            runs before "until", and the token is that of whoever gave it up
--   head     flag 4:  I3 length; I6 time, I6 accepted (ms), B length of the id, id, body
--   mailbox  flag 8:  B number of events in the mailbox
--   outbox   flag 16: I6 lane until (ms), c8 token, B retried; then to the end of the value
--            outputs, each I5 seq, I4 length, body
local call, pack, unpack, sub = redis.call, struct.pack, struct.unpack, string.sub
local NOBODY, HOUR = '\0\0\0\0\0\0\0\0', 3600000
local clock = call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local rev, due, floor, expiry, mark, seen, state = 0, 0, 0, 0, '\0\0\0\0', '', ''
local owner, free, till, tries = NOBODY, true, 0, 0
local head, mail = '', 0
local lane, carrier, retried, outs = 0, NOBODY, 0, ''

local stored = call('GET', KEYS[1])
if stored then
  local layout, flags, n, size, at
  layout, flags, rev, due, floor, expiry, mark, n, size, at = unpack('>BBI4I6I4I3c4BI3', stored)
  if layout ~= 1 then return redis.error_reply('KAIWALAYOUT unknown layout of a session') end
  seen = sub(stored, at, at + 10 * n - 1)
  at = at + 10 * n
  state = sub(stored, at, at + size - 1)
  at = at + size
  if flags % 2 == 1 then
    free = flags % 4 >= 2
    owner, till, tries, at = unpack('>c8I6B', stored, at)
  end
  if flags % 8 >= 4 then
    size, at = unpack('>I3', stored, at)
    head = sub(stored, at, at + size - 1)
    at = at + size
  end
  if flags % 16 >= 8 then mail, at = unpack('B', stored, at) end
  if flags >= 16 then
    lane, carrier, retried, at = unpack('>I6c8B', stored, at)
    outs = sub(stored, at)
  end
end

-- look says when somebody must look at the session; 0 for never. The watch index holds just
-- this, so that it is written only where it changes.
local function look()
  local t = 0
  if not free or head ~= '' or mail > 0 then
    t = till
  elseif due > 0 then
    t = math.max(due, till)
  end
  if outs ~= '' and (t == 0 or lane < t) then t = lane end
  return t
end
local looked = stored and look() or 0

local function watch()
  local t = look()
  if t == looked then return end
  local id = sub(KEYS[1], #KEYS[2]) -- what follows the prefix that both keys share
  if t > 0 then call('ZADD', KEYS[2], t, id) else call('ZREM', KEYS[2], id) end
end

-- save writes the value back. It lasts until "ends", or as long as it would have; and for 25 h
-- while anything waits.
local function save(ends)
  local flags, tail = 0, ''
  if not free or till > 0 then
    flags = free and 3 or 1
    tail = pack('>c8I6B', owner, till, tries)
  end
  if head ~= '' then
    flags = flags + 4
    tail = tail .. pack('>I3', #head) .. head
  end
  if mail > 0 then
    flags = flags + 8
    tail = tail .. string.char(mail)
  end
  if outs ~= '' then
    flags = flags + 16
    tail = tail .. pack('>I6c8B', lane, carrier, retried) .. outs
  end
  ends = ends or expiry * HOUR
  if flags > 0 then ends = math.max(ends, now + 25 * HOUR) end
  expiry = math.ceil(ends / HOUR)
  call('SET', KEYS[1], pack('>BBI4I6I4I3c4BI3', 1, flags, rev, due, floor, expiry, mark,
    #seen / 10, #state) .. seen .. state .. tail, 'PX', ends - now)
  watch()
end

-- acknowledge drops the outputs up to and with done, and says if there were any.
local function acknowledge(done)
  local at, size = 1, #outs
  while at <= size do
    local seq, len = unpack('>I5I4', outs, at)
    if seq > done then break end
    at = at + 9 + len
  end
  outs = sub(outs, at)
  return at > 1
end

-- pop makes the oldest event of the mailbox the head. A member is id, "\0", c6 accepted, body,
-- B length of the id: members of one time are in the order of their ids.
local function pop()
  local first = call('ZPOPMIN', KEYS[3])
  tries = 0
  if not first[1] then
    mail = 0
    return
  end
  local member = first[1]
  local n = string.byte(member, -1)
  head = pack('>I6', tonumber(first[2])) .. sub(member, n + 2, n + 7) .. string.char(n)
    .. sub(member, 1, n) .. sub(member, n + 8, -2)
  mail = mail - 1
end
