-- delivered reads the outbox of "value", which begins at "at". It puts until when the delivery lease lasts into
-- "deliveryUntil" and where the outbox ends into "endsAt". "delivered" is true if all outputs are up to "doneSeq".
local length, outputAt, _
deliveryUntil, _, _, length, outputAt = unpack(OUTBOX, value, at)
endsAt = outputAt + length
local seq = doneSeq
while outputAt < endsAt and seq <= doneSeq do
  seq, length = unpack(OUTPUT, value, outputAt)
  outputAt = outputAt + OUTPUT_BYTES + length
end
local delivered = seq <= doneSeq
