#!lua flags=allow-oom
-- shortcommit is commit for the most common case, and for several sessions at once: the turn was begun by shortbegin,
-- and nothing was written to its session since. Then the value ends with the token of the caller, at the place
-- where shortbegin put it, and the caller knows all that is in the value, and so what it becomes. A session
-- in any other case is left alone: then the caller calls commit.
--
-- KEYS: for each session one or two: session, and its watch index if that is to be written
-- ARGV: for each session three: 1 I4 place of the token in the value, c8 token, I4 term of the delivery lease (ms), I6 how
--         long the value is kept (ms), B 1 if the watch index is to be written, I6 when the session is due (ms; 0 for
--         never)
--       2 the new value, up to the time in its outbox if it has one; 3 the rest of it
-- Returns: I6 now (ms); then for each session 1, or nothing if it was left alone.
-- May run twice: the second time, the value does not end with the token, and commit knows its own mark.
local call, pack, unpack, sub = redis.call, struct.pack, struct.unpack, string.sub
local format = string.format
--include clock
local answers, k = { pack('>I6', now) }, 0
for n = 1, #ARGV / 3 do
  local place, token, deliveryTerm, keep, index, dueAt = unpack('>I4c8I4I6BI6', ARGV[3 * n - 2])
  k = k + 1 + index
  local key, value, rest, answer = KEYS[k - index], ARGV[3 * n - 1], ARGV[3 * n], ''
  if call('GETRANGE', key, place, -1) == token then
    if rest ~= '' then value = value .. pack('>I6', now + deliveryTerm) .. rest end
    call('SET', key, value, 'PX', format('%d', keep))
    if dueAt > 0 then
      call('ZADD', KEYS[k], format('%d', dueAt), sub(key, -HASH_LENGTH))
    elseif index == 1 then
      call('ZREM', KEYS[k], sub(key, -HASH_LENGTH))
    end
    answer = '1'
  end
  answers[n + 1] = answer
end
return answers
