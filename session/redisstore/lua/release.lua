#!lua flags=allow-oom
-- release gives the lease up without a commit: see session.Store.Release. The event stays the head, and no
-- turn begins before the delay is over.
--
-- KEYS: 1 session, 2 watch index, 3 account bounds
-- ARGV: 1 request: c8 lease token, I5 delay (ms), B 1 if the attempt counts
-- Returns: LEASE_HELD, or LEASE_LOST.
-- May run twice: a lease that rests keeps the token of whoever gave it up, and is left as it is.
local token, delay, counted = struct.unpack('>c8I5B', ARGV[1])
local changed = false
--include load
if leaseOwner ~= token then return LEASE_LOST end
if not leaseFree then
  leaseFree, leaseUntil, changed = true, now + delay, true
  if counted == 0 then attempts = math.max(attempts - 1, 0) end
end
--include save
return LEASE_HELD
