#!lua
-- drop lets go of a lease.
-- KEYS: 1 lease
-- ARGV: 1 token
-- Returns 1, or 0 if somebody else has it.
-- May run twice.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])
