#!lua flags=allow-oom
-- extend gives the lease a fresh term: see session.Store.Extend.
-- KEYS: 1 session, 2 watch index
-- ARGV: 1 request: c8 token, I4 lease (ms)
-- Returns 1, or 0 if the lease was lost.
-- May run twice: it sets a time.
local token, lease = struct.unpack('>c8I4', ARGV[1])
local dirty = true
--include load
if free or owner ~= token then return 0 end
till = now + lease
--include save
return 1
