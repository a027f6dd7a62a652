#!lua flags=no-writes
-- bounds lists the accounts in which a session may be due, and the sessions of earlier builds that are due,
-- which are in an index without an account. See session.Store.Due.
--
-- KEYS: for each partition two: its account bounds (sorted set: account, by a time in ms before which none of
--       its sessions here is due), and the watch index of earlier builds
-- ARGV: 1 how many sessions of earlier builds at most of each partition
-- Returns: I4 how long until a session may be due in one of the partitions in which none is (ms). Then B 0 for an
--          account or 1 for a session, I2 place of its partition, from 0, I6 since when it is due (ms), I4 length
--          and its name or hash.
local call = redis.call
--include clock
local upTo, soonest, answer = string.format('%d', now), NO_WAIT, {}
local function list(kind, i, found)
  for n = 1, #found, 2 do
    answer[#answer + 1] = struct.pack('>BI2I6I4', kind, (i - 1) / 2, tonumber(found[n + 1]), #found[n]) .. found[n]
  end
end
for i = 1, #KEYS, 2 do
  local accounts = call('ZRANGE', KEYS[i], '0', upTo, 'BYSCORE', 'WITHSCORES')
  list(0, i, accounts)
  if #accounts == 0 then
    local first = call('ZRANGE', KEYS[i], '0', '0', 'WITHSCORES')
    if first[2] then soonest = math.min(soonest, tonumber(first[2]) - now) end
  end
  list(1, i, call('ZRANGE', KEYS[i + 1], '0', upTo, 'BYSCORE', 'LIMIT', '0', ARGV[1], 'WITHSCORES'))
end
return struct.pack('>I4', soonest) .. table.concat(answer)
