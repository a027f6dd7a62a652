#!lua flags=allow-oom
-- touch writes a key that nobody reads, so that WAIT has something to wait for: see barrier in firm.go.
--
-- KEYS: 1 the mark of the partition
-- ARGV: none
-- Returns: 1.
-- May run twice: it writes the same.
redis.call('SET', KEYS[1], '', 'PX', KEEP_WAITING)
return 1
