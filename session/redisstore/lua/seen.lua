-- seen looks for "hash" among the seen events: known is true if it is there.
local found = nseen > 0 and string.find(stored, hash, seenAt, true)
while found and found < tailAt and (found - seenAt) % 10 ~= 0 do
  found = string.find(stored, hash, found + 1, true)
end
local known = found and found < tailAt
