#!lua
-- census notes that a process lives, and counts those that were heard of lately.
-- KEYS: 1 the processes (sorted set: token, by when it was last heard of, in ms)
-- ARGV: 1 token of the process, 2 for how long it counts (ms)
-- Returns I4 number of processes.
-- May run twice: it notes the same.
local call, clock = redis.call, redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
for _, gone in ipairs(call('ZRANGE', KEYS[1], '-inf', now - ARGV[2], 'BYSCORE')) do
  call('ZREM', KEYS[1], gone)
end
call('ZADD', KEYS[1], now, ARGV[1])
call('PEXPIRE', KEYS[1], ARGV[2])
return struct.pack('>I4', #call('ZRANGE', KEYS[1], 0, -1))
