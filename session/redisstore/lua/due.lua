#!lua flags=no-writes
-- due lists the sessions that somebody must look at: see session.Store.Due.
-- KEYS: the watch indexes of the partitions that are asked
-- ARGV: 1 how many at most of each
-- Returns for each session I6 since when (ms), B length of the id, id; most overdue first
--   within a partition.
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local answer = {}
for _, key in ipairs(KEYS) do
  local found = redis.call('ZRANGE', key, 0, now, 'BYSCORE', 'LIMIT', 0, ARGV[1], 'WITHSCORES')
  for i = 1, #found, 2 do
    answer[#answer + 1] = struct.pack('>I6B', tonumber(found[i + 1]), #found[i]) .. found[i]
  end
end
return table.concat(answer)
