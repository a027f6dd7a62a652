#!lua
-- take takes a lease that is free, or that this token has already.
-- KEYS: 1 lease
-- ARGV: 1 token, 2 milliseconds
-- Returns 1, or 0 if somebody else has it.
-- May run twice.
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
