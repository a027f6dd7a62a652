#!lua flags=allow-oom
-- due lists the sessions that somebody must look at, and claims them: see session.Store.Due. It comes after
-- "bounds", for the accounts in which something may be due.
--
-- KEYS: for each account of a partition two: its watch index, and the account bounds of the partition
-- ARGV: 1 how many sessions at most
--       2 for how long to claim them (ms), or 0
-- Returns: I4 how long until the next session of these indexes is due (ms), if it is not due yet. Then for each
--          index with sessions: I2 place of the index, from 0, I4 how many; then for each of these I6 since when
--          it is due (ms) and its hash, the most overdue first.
-- May run twice: what the first run claimed is listed again when the claims are over.
--
-- A claim is a later time in the index: there the session is due when the claim is over. The session itself is as
-- before. When a begin gives it a turn, save writes its own time into the index.
local call, format = redis.call, string.format
--include clock
local limit, claim, soonest, due = ARGV[1] + 0, ARGV[2] + 0, NO_WAIT, {}
for i = 1, #KEYS, 2 do
  local first = call('ZRANGE', KEYS[i], '0', '0', 'WITHSCORES')
  local at, account = tonumber(first[2]), string.sub(KEYS[i], #KEYS[i + 1] + 2)
  if not at then
    call('ZREM', KEYS[i + 1], account)
  elseif at > now then
    soonest = math.min(soonest, at - now)
    -- Bounds that are far ahead end together: so there are few times at which Due has to look.
    local ahead = now + BOUND_AHEAD
    call('ZADD', KEYS[i + 1], format('%d', math.min(at, ahead - ahead % BOUND_STEP)), account)
  else
    due[#due + 1] = {at = i, members = {}, since = {}, all = false}
  end
end

-- Read the most overdue of each index, until it is sure that the first "limit" of all are among them. For
-- example: the limit is 4 and there are two indexes, so 2 are read of each: 10 and 11, 10 and 30. The fourth
-- of these is 30. The first index may have more that are due before 30, and so more is read of it. "last" is the
-- time of the last session that is listed.
local times, last, chunk, open = {}, now, math.ceil(limit / math.max(#due, 1)), due
while #open > 0 do
  local upTo, most = format('%d', last), format('%d', chunk)
  for _, index in ipairs(open) do
    local found = call('ZRANGE', KEYS[index.at], '0', upTo, 'BYSCORE', 'LIMIT', #index.members, most, 'WITHSCORES')
    for n = 1, #found, 2 do
      local at = tonumber(found[n + 1])
      index.members[#index.members + 1], index.since[#index.since + 1], times[#times + 1] = found[n], at, at
    end
    index.all = #found < 2 * chunk
  end
  if #times >= limit then
    table.sort(times)
    last = times[limit]
  end
  local more = {}
  for _, index in ipairs(open) do
    if not index.all and index.since[#index.since] < last then more[#more + 1] = index end
  end
  open, chunk = more, chunk * 2
end

-- Of the sessions that are due since "last", not all may have room.
local before = 0
while before < #times and times[before + 1] < last do before = before + 1 end
local room = limit - before
local answer, claimEnd = {struct.pack('>I4', soonest)}, format('%d', now + claim)
for _, index in ipairs(due) do
  local n = 0
  while n < #index.since and (index.since[n + 1] < last or (index.since[n + 1] == last and room > 0)) do
    n = n + 1
    if index.since[n] == last then room = room - 1 end
  end
  if n > 0 then
    answer[#answer + 1] = struct.pack('>I2I4', (index.at - 1) / 2, n)
    local claimed = {}
    for k = 1, n do
      answer[#answer + 1], answer[#answer + 2] = struct.pack('>I6', index.since[k]), index.members[k]
      claimed[#claimed + 1], claimed[#claimed + 2] = claimEnd, index.members[k]
      if claim > 0 and (#claimed == CLAIM_ARGS or k == n) then
        call('ZADD', KEYS[index.at], unpack(claimed))
        claimed = {}
      end
    end
  end
end
return table.concat(answer)
