#!lua
-- heartbeat notes that a process lives and serves some accounts, and counts the processes that were heard of
-- lately: see session.Store.Heartbeat. With a term of 30 s, a process that died counts for 30 s more.
--
-- KEYS: for each account its processes (sorted set: token of each, by when it was last heard of in ms)
-- ARGV: 1 token of the process, 2 for how long it counts (ms)
-- Returns: I4 number of processes of each account.
-- May run twice: it notes the same.
local call = redis.call
--include clock
local answer = {}
for i, key in ipairs(KEYS) do
  for _, gone in ipairs(call('ZRANGE', key, '-inf', now - ARGV[2], 'BYSCORE')) do
    call('ZREM', key, gone)
  end
  call('ZADD', key, now, ARGV[1])
  call('PEXPIRE', key, ARGV[2])
  answer[i] = struct.pack('>I4', #call('ZRANGE', key, 0, -1))
end
return table.concat(answer)
