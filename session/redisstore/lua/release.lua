#!lua flags=allow-oom
-- release gives the lease up without a commit: see session.Store.Release.
-- KEYS: 1 session, 2 watch index
-- ARGV: 1 request: c8 token, I5 delay (ms), B counted
-- Returns 1, or 0 if the lease was lost.
-- May run twice: a lease that is free keeps the token of whoever gave it up.
local token, delay, counted = struct.unpack('>c8I5B', ARGV[1])
local dirty = false
--include load
if owner ~= token then return 0 end
if not free then
  free, till, dirty = true, now + delay, true
  if counted == 0 then tries = math.max(tries - 1, 0) end
end
--include save
return 1
