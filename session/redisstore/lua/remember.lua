-- remember adds "hash" to the seen events. What is forgotten for it, for age (24 h) or number
-- (128), raises the floor: a redelivery from before the floor can no longer be told from
-- something new.
local unit, drop = math.floor(now / 4000), 0
while drop < nseen do
  local age = (unit - unpack('>I2', stored, seenAt + 10 * drop + 8)) % 65536
  if age <= 21600 and nseen - drop < 128 then break end
  floor = math.max(floor, (unit - age + 1) * 4)
  drop = drop + 1
end
if drop > 0 then
  kept = sub(stored, STATE + 1, seenAt - 1) .. sub(stored, seenAt + 10 * drop, tailAt - 1)
end
nseen, added = nseen - drop + 1, hash .. pack('>I2', unit % 65536)
