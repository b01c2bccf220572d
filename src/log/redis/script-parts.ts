import { FORGET_AFTER } from '../retention.ts'

/**
 * Parts that the scripts of the Redis log share. A script blocks its server, so each runs a few commands,
 * however large the history is.
 *
 * Fields of the metadata: `chain` (`<epoch>:<first offset>` …, oldest first), `incarnations`, `top`, `time` (of
 * the event there), `opened` (when the newest epoch was), `replid` (the replication id under which it was),
 * `bytes` (of all events ever appended), `base` (of the events that had been trimmed at the last check of the
 * oldest event) and `due` (time of the next such check, in ms).
 *
 * Fields of an event: `t` (when it was accepted), `b` (bytes of all events before it), `n` (name), `d` (data),
 * and with a trace context `p` (traceparent) and `s` (tracestate, where there is one). They are read by name,
 * in any order, and others are ignored, so that a later version may add some. Their names are short since an
 * entry may repeat them. Times are in µs, so that no two appends share one. Entries beyond `top` were never
 * accepted.
 */

import { lua } from '../../redis/lua.ts'

/** Bytes that an event counts besides its text, about what an entry costs in a stream. */
export const ENTRY_OVERHEAD_BYTES = 64

/**
 * `text(number)`: a number as text, which Lua itself would write with an exponent beyond 14 digits. `%d` is much cheaper
 * than `%.0f`, but holds large numbers only where the server is built for 64 bits.
 */
export const TEXT = lua()`
local whole = string.format('%d', 2 ^ 53) == '9007199254740992' and '%d' or '%.0f'
local function text(number) return string.format(whole, number) end
`

/** `stamp`: the server's clock, in µs as text. After NOW and TEXT. */
export const STAMP = lua()`
local stamp = text(clock[1] * 1000000 + clock[2])
`

/**
 * `knownIncarnations(key, fresh)`: the names of the present and the previous incarnation, in that order.
 * Rotated at half of the time that metadata is kept, so that no incarnation outlives the metadata of channels
 * written in it. A server that takes no writes for now keeps the incarnations it knows. If it knows none, the
 * script fails: an incarnation that is not stored would be a lost epoch at the next resume.
 */
export const INCARNATIONS = lua('GET', 'SET')`
local function knownIncarnations(key, fresh)
  local stored = redis.call('GET', key)
  local known, previous, since
  if stored then
    known, previous, since = string.match(stored, '^(%w+) (%S+) (%d+)$')
    local age = now - since
    local current = known
    if previous ~= '-' then known = known .. ' ' .. previous end
    if age < ${FORGET_AFTER / 2} then return known end
    previous = age < ${FORGET_AFTER} and current or '-'
    since = age < ${FORGET_AFTER} and since + ${FORGET_AFTER / 2} or now
  else
    previous = '-'
    since = now
  end
  local set = known and redis.pcall or redis.call
  local reply = set('SET', key, fresh .. ' ' .. previous .. ' ' .. text(since))
  if reply.err then return known end
  return previous == '-' and fresh or fresh .. ' ' .. previous
end
`

/**
 * `offsetOf(found)`, `fieldsOf(found)`: of an entry as XRANGE gives it; the fields are t, b, n, d, p and s, nil
 * where it has none of that name. Not as a table, whose cost would add up over the many entries of a read.
 * `entry(events, from, top)`: offset, time and bytes before it of the first event from an offset to the top.
 * `seek(events, low, top, isGone)`: the first offset from `low` to `top + 1` that is not gone, by halving: each
 * look copies an event.
 */
export const ENTRIES = lua('XRANGE')`
local function offsetOf(found) return tonumber(string.match(found[1], '^%d+')) end
local function fieldsOf(found)
  local fields, t, b, n, d, p, s = found[2]
  for index = 1, #fields, 2 do
    local name, value = fields[index], fields[index + 1]
    if name == 't' then t = value
    elseif name == 'b' then b = value
    elseif name == 'n' then n = value
    elseif name == 'd' then d = value
    elseif name == 'p' then p = value
    elseif name == 's' then s = value
    end
  end
  return t, b, n, d, p, s
end
local function entry(events, from, top)
  local found = redis.call('XRANGE', events, from, text(top) .. '-0', 'COUNT', 1)[1]
  if not found then return nil end
  local time, before = fieldsOf(found)
  return offsetOf(found), tonumber(time), tonumber(before)
end
local function seek(events, low, top, isGone)
  local high = top + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    local offset, time, before = entry(events, text(middle), top)
    if offset and isGone(time, before) then low = math.max(offset, middle) + 1 else high = middle end
  end
  return low
end
`

/**
 * `need(command, key)`: ends the script with an error unless its user may run the command on the key. To be
 * called before the first write for all commands that must not fail after it: nothing is undone.
 */
export const RIGHTS = lua()`
local function need(command, key)
  if redis.acl_check_cmd(command, key) then return end
  error(redis.error_reply("NOPERM the user may not run the '" .. string.lower(command) .. "' command on " .. key))
end
`
