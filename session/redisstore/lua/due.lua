#!lua flags=no-writes
-- due lists the sessions that somebody must look at: see session.Store.Due.
--
-- KEYS: the watch indexes of the partitions that are asked
-- ARGV: 1 how many sessions at most of each partition
-- Returns: for each session I6 since when it is due (ms), B length and its id; within a partition, the most
--          overdue first.
local call = redis.call
--include clock
local answer = {}
for _, key in ipairs(KEYS) do
  local found = call('ZRANGE', key, 0, now, 'BYSCORE', 'LIMIT', 0, ARGV[1], 'WITHSCORES')
  for i = 1, #found, 2 do
    answer[#answer + 1] = struct.pack('>I6B', tonumber(found[i + 1]), #found[i]) .. found[i]
  end
end
return table.concat(answer)
