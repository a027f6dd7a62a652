-- drop takes the stored outputs up to and with the number "doneSeq" out of the outbox: they were delivered.
while outputAt <= #stored do
  local seq, length = unpack(OUTPUT, stored, outputAt)
  if seq > doneSeq then break end
  outputAt, changed = outputAt + OUTPUT_BYTES + length, true
end
