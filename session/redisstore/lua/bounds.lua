#!lua flags=no-writes
-- bounds lists the accounts in which a session may be due, and the sessions of earlier builds that are due,
-- which are in an index without an account. See session.Store.Due.
--
-- KEYS: for each partition two: its account bounds (sorted set: account, by a time in ms before which none of
--       its sessions here is due), and the watch index of earlier builds
-- ARGV: 1 how many sessions of earlier builds at most of each partition
-- Returns: B 0 for an account or 1 for a session, I2 place of its partition, from 0, I6 since when it is due
--          (ms), I4 length and its name or hash.
local call = redis.call
--include clock
local answer = {}
local function list(kind, i, found)
  for n = 1, #found, 2 do
    answer[#answer + 1] = struct.pack('>BI2I6I4', kind, (i - 1) / 2, tonumber(found[n + 1]), #found[n]) .. found[n]
  end
end
for i = 1, #KEYS, 2 do
  list(0, i, call('ZRANGE', KEYS[i], 0, now, 'BYSCORE', 'WITHSCORES'))
  list(1, i, call('ZRANGE', KEYS[i + 1], 0, now, 'BYSCORE', 'LIMIT', 0, ARGV[1], 'WITHSCORES'))
end
return table.concat(answer)
