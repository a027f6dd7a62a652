#!lua flags=allow-oom
-- extend gives the lease a fresh term: see session.Store.Extend.
--
-- KEYS: 1 session, 2 watch index, 3 account bounds
-- ARGV: 1 request: c8 lease token, I4 term of the lease (ms)
-- Returns: LEASE_HELD, or LEASE_LOST.
-- May run twice: it sets a time.
local token, leaseTerm = struct.unpack('>c8I4', ARGV[1])
local changed = true
--include load
if leaseFree or leaseOwner ~= token then return LEASE_LOST end
leaseUntil = now + leaseTerm
--include save
return LEASE_HELD
