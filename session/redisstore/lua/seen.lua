-- seen looks for "eventHash" among the seen events, and sets "known" to true if it is there. A seen event is
-- SEEN_BYTES long and the search looks at every byte, so a hash that is found across two of them is
-- no hit. Example: with the seen events at 100, 110 and 120, a hash that is found at 115 is made of the end of one
-- event and the beginning of the next. The search goes on at 116.
local found = seenCount > 0 and string.find(stored, eventHash, seenAt, true)
while found and found < seenEnd and (found - seenAt) % SEEN_BYTES ~= 0 do
  found = string.find(stored, eventHash, found + 1, true)
end
local known = found and found < seenEnd
