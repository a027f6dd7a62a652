-- last puts the id of the last dead letter of the partition (KEYS[4]) into "last"; empty if there is none.
local last = call('XREVRANGE', KEYS[4], '+', '-', 'COUNT', 1)[1]
last = last and last[1] or ''
