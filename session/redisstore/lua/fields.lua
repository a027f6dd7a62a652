-- fields makes a table of the fields of a dead letter, as XRANGE returns it: {id, {name, value, ...}}.
local function fields(letter)
  local f = {}
  for i = 1, #letter[2], 2 do f[letter[2][i]] = letter[2][i + 1] end
  return f
end
