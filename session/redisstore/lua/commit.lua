#!lua flags=allow-oom
-- commit ends a turn: see session.Store.Commit. It runs though Redis is full: it is what makes room.
--
-- KEYS: 1 session, 2 watch index, 3 mailbox, 4 dead letters (stream), 5 account bounds
-- ARGV: 1 request: c8 lease token, c4 mark of this commit, B release, B number of outputs, I4 revision
--         that the turn began with, I4 term of the lease (ms), I4 term of the delivery lease (ms),
--         I6 time of the next timer (ms), I6 keep (ms), I5 number of the last output that was
--         delivered (0 for none)
--       2 id of the event, or empty for a timer; 3 state
--       4 empty, or why the event is a dead letter; for a timer B length and why, B attempts, I6 time of the
--         event that stands for it (ms), B length and id of that event, and its body
--       5 outputs as they are stored (see load)
-- Returns: B COMMIT_DONE, COMMIT_FENCED or COMMIT_FULL (too many outputs), B 1 if the caller has the
--          delivery lease, I6 now (ms); then I3 length and the head that is handed over, if any.
-- May run twice: revision and mark tell that this very commit was the last one.
local token, newMark, release, outputCount, revisionBefore, leaseTerm, deliveryTerm, newTimerAt, keep, doneSeq =
  struct.unpack('>c8c4BBI4I4I4I6I6I5', ARGV[1])
local eventID, state, why, changed = ARGV[2], ARGV[3], ARGV[4], true
--include load

-- What this commit is, by the revision that is stored. If the turn began with revision 5:
--   5        the commit is new, if the caller holds the lease
--   6        the call is repeated, if the mark is that of this commit: its answer was lost
--   7, 8...  the call is repeated too, if the caller has the delivery lease of outputs of revision 6
-- In all other cases another process took the lease, and the caller is fenced. The token alone
-- does not tell that a commit has the delivery lease: a begin may have given it to the same token for older outputs.
-- A commit gets it only if nothing waits before, so that the first output is one of its own.
local deliveryOurs = 0
if revision == revisionBefore + 1 and commitMark == newMark then
  local held = not leaseFree and leaseOwner == token
  if outputCount > 0 and outputAt <= #stored and deliveryOwner == token
    and math.floor(unpack('>I5', stored, outputAt) / SEQS_PER_COMMIT) == revision then
    deliveryOurs, deliveryUntil = 1, now + deliveryTerm
  end
  if held then leaseUntil = now + leaseTerm end
  changed = held or deliveryOurs == 1
--include save
  return pack('>BBI6', COMMIT_DONE, deliveryOurs, now) .. (held and headText or '')
end
if revision > revisionBefore + 1 and outputCount > 0 and outputAt <= #stored and deliveryOwner == token
  and deliveryUntil > now and math.floor(unpack('>I5', stored, outputAt) / SEQS_PER_COMMIT) == revisionBefore + 1 then
  deliveryUntil = now + deliveryTerm
--include save
  return pack('>BBI6', COMMIT_DONE, 1, now)
end
if leaseFree or leaseOwner ~= token or revision ~= revisionBefore or (eventID ~= ''
  and sub(stored, headAt + HEAD_TIMES, headAt + HEAD_TIMES + #eventID) ~= string.char(#eventID) .. eventID) then
  return pack('>BBI6', COMMIT_FENCED, 0, now)
end

-- Put the outputs into the outbox. If it is empty, the caller delivers them; if it is not, whoever delivers
-- those before gets them from ack.
if doneSeq > 0 then
--include drop
end
if outputCount > 0 then
  newOutputs = ARGV[5]
  if outputAt > #stored then
    deliveryOurs, deliveryUntil, deliveryOwner, retried = 1, now + deliveryTerm, token, 0
  else
    local at = outputAt
    while at <= #stored do
      local _, length = unpack(OUTPUT, stored, at)
      at, outputCount = at + OUTPUT_BYTES + length, outputCount + 1
    end
    if outputCount > MAX_OUTPUTS then return pack('>BBI6', COMMIT_FULL, 0, now) end
  end
end

-- setAside writes a dead letter. The id of its session is the end of KEYS[1]: KEYS[2] is one byte longer than the
-- prefix that both keys have.
local function setAside(id, time, accepted, tries, reason, message, body)
  call('XADD', KEYS[4], 'MAXLEN', '~', MAX_DEAD_LETTERS, '*', 'sid', sub(KEYS[1], -HASH_LENGTH), 'id', id,
    'time', format('%d', time), 'accepted', format('%d', accepted), 'attempts', tries, 'why', reason,
    'message', message, 'body', body)
end
if why ~= '' and eventID ~= '' then
  local eventTime, accepted = unpack('>I6I6', stored, headAt)
  local messageAt = headAt + HEAD_TIMES + 1 + #eventID + 1 -- behind two lengths and the event's id
  local bodyAt = messageAt + string.byte(stored, messageAt - 1)
  setAside(eventID, eventTime, accepted, attempts, why, sub(stored, messageAt, bodyAt - 1),
    sub(stored, bodyAt, headAt + headLength - 1))
elseif why ~= '' then
  local at = string.byte(why) + 2 -- behind the length and the reason
  local tries, timerTime, idAt = unpack('>BI6', why, at)
  local bodyAt = idAt + 1 + string.byte(why, idAt)
  setAside(sub(why, idAt + 1, bodyAt - 1), timerTime, now, tries, sub(why, 2, at - 1), '', sub(why, bodyAt))
end
revision, commitMark, timerAt, stateLength = revision + 1, newMark, newTimerAt, #state
newStateAndSeen = state .. sub(stored, seenAt, seenEnd - 1)
if eventID ~= '' then headLength = 0 end
attempts, crashed = 0, false -- also if the turn was for a timer: its attempts are not those of the event

-- Hand over the next event, and let the caller keep the lease for it.
if release == 0 and headLength == 0 and mailCount > 0 then
--include pop
end
if headLength == 0 and mailCount == 0 then
  leaseOwner, leaseFree, leaseUntil, attempts = NOBODY, true, 0, 0
elseif release == 1 then
  leaseOwner, leaseFree, leaseUntil = NOBODY, true, now
else
  leaseUntil, attempts = now + leaseTerm, 1
end

-- A session that has ended is kept as well, for the events that it has seen.
expiresAt = now + KEEP_AT_LEAST
if stateLength > 0 or timerAt > 0 then expiresAt = math.max(now, timerAt) + math.max(keep, KEEP_AT_LEAST) end
--include save
local answer = pack('>BBI6', COMMIT_DONE, deliveryOurs, now)
if leaseFree then return answer end
return answer .. headText .. (newHeadRest or '')
