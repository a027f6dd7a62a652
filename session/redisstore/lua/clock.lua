-- clock puts the store's time, in milliseconds, into "now". It is Redis' own clock, so that all
-- processes have the same time. Only the tests have another clock: they are hours ahead in no time.
local clock = call('TIME')
local now = clock[1] * SECOND + math.floor(clock[2] / MICROSECONDS)
