#!lua flags=allow-oom
-- due lists the sessions that somebody must look at: see session.Store.Due. It comes after "bounds", for
-- the accounts in which something may be due.
--
-- KEYS: for each account of a partition two: its watch index, and the account bounds of the partition
-- ARGV: 1 how many sessions at most of all
-- Returns: for each session I2 place of its index, from 0, I6 since when it is due (ms) and its hash; of each
--          index the most overdue first. There may be more than were asked for: the caller sorts them.
-- May run twice: it lists, and sets bounds to what the indexes have.
local call = redis.call
--include clock
local limit, heads, due = tonumber(ARGV[1]), {}, {}
for i = 1, #KEYS, 2 do
  local first = call('ZRANGE', KEYS[i], 0, 0, 'WITHSCORES')
  local at, account = tonumber(first[2]), string.sub(KEYS[i], #KEYS[i + 1] + 2)
  if not at then
    call('ZREM', KEYS[i + 1], account)
  elseif at > now then
    call('ZADD', KEYS[i + 1], string.format('%d', math.min(at, now + BOUND_AHEAD)), account)
  else
    heads[#heads + 1], due[#due + 1] = at, i
  end
end
-- With a limit of 3, and indexes that begin at 10, 20, 30 and 40: nothing behind 30 is among the first 3.
table.sort(heads)
local last, answer = heads[limit] or now, {}
for _, i in ipairs(due) do
  local found = call('ZRANGE', KEYS[i], 0, last, 'BYSCORE', 'LIMIT', 0, limit, 'WITHSCORES')
  for n = 1, #found, 2 do
    answer[#answer + 1] = struct.pack('>I2I6', (i - 1) / 2, tonumber(found[n + 1])) .. found[n]
  end
end
return table.concat(answer)
