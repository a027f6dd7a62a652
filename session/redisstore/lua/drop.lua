-- drop drops the stored outputs up to and with "done".
while outAt <= #stored do
  local seq, len = unpack('>I5I4', stored, outAt)
  if seq > done then break end
  outAt, dirty = outAt + 9 + len, true
end
