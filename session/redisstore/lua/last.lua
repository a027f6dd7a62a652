-- last puts the ids of the last dead letters of the streams into "last", as forget and unsend answer. The
-- streams are KEYS[4] to the last key but one.
local last = ''
for i = 4, #KEYS - 1 do
  local letter = call('XREVRANGE', KEYS[i], '+', '-', 'COUNT', 1)[1]
  local id = letter and letter[1] or ''
  last = last .. string.char(#id) .. id
end
