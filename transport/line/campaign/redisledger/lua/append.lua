#!lua
-- append appends a record, and renews the lease. A lease that ran out is taken again if nobody
-- appended since.
-- KEYS: 1 lease, 2 log
-- ARGV: 1 token, 2 milliseconds of the lease, 3 milliseconds of the log, 4 records that the log
--       has, 5 record
-- Returns 1, or 0 if somebody else has the lease or the log has other records.
-- May run twice.
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
local n, want = redis.call('LLEN', KEYS[2]), tonumber(ARGV[4])
if n == want + 1 and redis.call('LINDEX', KEYS[2], -1) == ARGV[5] then return 1 end
if n ~= want then return 0 end
redis.call('RPUSH', KEYS[2], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
