-- last is the id of the last dead letter (KEYS[4]) of the partition; empty if there is none.
local last = call('XREVRANGE', KEYS[4], '+', '-', 'COUNT', 1)[1]
last = last and last[1] or ''
