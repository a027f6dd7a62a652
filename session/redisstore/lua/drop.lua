-- drop takes the stored outputs up to and with the number "doneSeq" out of the outbox: they were delivered.
-- When the last output of a commit is gone, what is left is of other commits. The owner of the delivery lease
-- may still deliver these, but commit must not take it for the one who committed them: of its token only the
-- process is kept.
--
-- Example: 5.1, 5.2 and 6.1 wait, named by revision and place. Dropping up to 5.1 leaves the owner, who committed
-- 5.2. Dropping up to 5.2 leaves 6.1, which another turn committed: only the owner's
-- process is kept.
local droppedRevision
while outputAt <= #stored do
  local seq, length = unpack(OUTPUT, stored, outputAt)
  local seqRevision = math.floor(seq / SEQS_PER_COMMIT)
  if seq > doneSeq then
    if droppedRevision and droppedRevision ~= seqRevision then
      deliveryOwner = sub(deliveryOwner, 1, PROCESS_BYTES) .. sub(NOBODY, PROCESS_BYTES + 1)
    end
    break
  end
  droppedRevision, outputAt, changed = seqRevision, outputAt + OUTPUT_BYTES + length, true
end
