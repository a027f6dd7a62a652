#!lua flags=allow-oom
-- discard makes a dead letter of an output that cannot be delivered: see session.Store.Discard. The
-- outputs before it are dropped, as by ack.
--
-- KEYS: 1 session, 2 watch index, 3 dead letters (stream), 4 account bounds
-- ARGV: 1 request: I5 number of the output; 2 why it cannot be delivered; 3 what is left of it, empty for all of it
-- Returns: 1.
-- May run twice: once there is a letter of the output, the output is gone.
local doneSeq, why, left, changed = struct.unpack('>I5', ARGV[1]), ARGV[2], ARGV[3], false
--include load
local at = outputAt
while at <= #stored do
  local seq, length = unpack(OUTPUT, stored, at)
  if seq == doneSeq then
    call('XADD', KEYS[3], 'MAXLEN', '~', MAX_DEAD_LETTERS, '*', 'sid', sub(KEYS[1], -HASH_LENGTH), 'seq', seq,
      'why', why, 'body', left ~= '' and left or sub(stored, at + OUTPUT_BYTES, at + OUTPUT_BYTES - 1 + length))
  end
  at = at + OUTPUT_BYTES + length
end
--include drop
--include save
return 1
