#!lua
-- heartbeat notes that a process lives, and counts the processes that were heard of lately: see
-- session.Store.Heartbeat. With a term of 30 s, a process that died counts for 30 s more.
--
-- KEYS: 1 the processes (sorted set: token of each, by when it was last heard of in ms)
-- ARGV: 1 token of the process, 2 for how long it counts (ms)
-- Returns: I4 number of processes.
-- May run twice: it notes the same.
local call = redis.call
--include clock
for _, gone in ipairs(call('ZRANGE', KEYS[1], '-inf', now - ARGV[2], 'BYSCORE')) do
  call('ZREM', KEYS[1], gone)
end
call('ZADD', KEYS[1], now, ARGV[1])
call('PEXPIRE', KEYS[1], ARGV[2])
return struct.pack('>I4', #call('ZRANGE', KEYS[1], 0, -1))
