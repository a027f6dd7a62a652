#!lua flags=allow-oom
-- touch writes what nobody reads, so that the server has a write to wait for: see barrier.
-- KEYS: 1 the mark of the partition
-- ARGV: none
-- Returns 1.
-- May run twice: it writes the same.
redis.call('SET', KEYS[1], '', 'EX', 90000)
return 1
