-- save writes the session back, and what the watch index (KEYS[2]) has of it. It lasts until
-- "ends", or as long as it would have; for 25 h at least while anything waits, and after a forget.
local headText, outText = '', ''
if head > 0 then
  headA = headA or sub(stored, headAt - 3, headAt + head - 1)
  headText = headA
end
if outAt <= #stored then outText = sub(stored, outAt) end
if dirty then
  local flags, lease, box, tomb, lanes = 0, '', '', '', ''
  if not free or till > 0 then
    flags = (free and 3 or 1) + (crashed and tries > 0 and 64 or 0)
    lease = pack('>c8I6B', owner, till, tries)
  end
  if head > 0 then flags = flags + 4 end
  if mail > 0 then
    flags = flags + 8
    box = string.char(mail)
  end
  if outText ~= '' or more ~= '' then
    flags = flags + 16
    lanes = pack('>I6c8B', lane, carrier, retried)
  end
  ends = ends or expiry * HOUR
  if flags > 0 then ends = math.max(ends, now + 25 * HOUR) end
  if forgot > 0 then
    flags, tomb, ends = flags + 32, pack('>I6', forgot), math.max(ends, forgot + 25 * HOUR)
  end
  expiry = math.ceil(ends / HOUR)
  call('SET', KEYS[1], pack('>BBI4I6I4I3c4BI3', 1, flags, rev, due, floor, expiry, mark, nseen, nstate)
    .. (kept or sub(stored, STATE + 1, tailAt - 1)) .. (added or '') .. lease
    .. headText .. (headB or '') .. box .. tomb .. lanes .. outText .. more, 'PX',
    format('%d', math.max(ends - now, 1000)))
end
--include look
if look ~= looked then
  local id = sub(KEYS[1], #KEYS[2]) -- what follows the prefix that both keys share
  if look > 0 then call('ZADD', KEYS[2], format('%d', look), id) else call('ZREM', KEYS[2], id) end
end
