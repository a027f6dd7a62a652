#!lua flags=no-writes
-- letters lists dead letters: see session.Admin.DeadLetters.
--
-- KEYS: streams of dead letters
-- ARGV: 1 first id in the first stream, 2 last id in all, 3 how many letters at most
-- Returns: for each letter I2 place of its stream in KEYS, from 0; B length and id in the stream; B length and
--          hash of the session; B attempts; B length and reason; I5 number of the output, 0 for an event;
--          I3 length and the output, or the event as a head (see load).
local pack = struct.pack
--include fields
-- The first stream is read from ARGV[1] on, the others from their beginning, until "left" letters were found.
local answer, first, left = {}, ARGV[1], tonumber(ARGV[3])
for i, key in ipairs(KEYS) do
  for _, letter in ipairs(redis.call('XRANGE', key, first, ARGV[2], 'COUNT', left)) do
    local f = fields(letter)
    answer[#answer + 1] = pack('>I2B', i - 1, #letter[1]) .. letter[1] .. pack('B', #f.sid) .. f.sid
      .. pack('>BB', f.attempts or 0, #f.why) .. f.why .. pack('>I5', f.seq or 0)
    local head = ''
    if not f.seq then
      head = pack('>I6I6B', f.time, f.accepted, #f.id) .. f.id .. string.char(#f.message) .. f.message
    end
    answer[#answer + 1] = pack('>I3', #head + #f.body) .. head .. f.body
    left = left - 1
  end
  if left == 0 then break end
  first = '-'
end
return table.concat(answer)
