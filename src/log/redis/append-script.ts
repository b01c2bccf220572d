import { lua } from '../../redis/lua.ts'
import { NOW } from '../../redis/script.ts'
import type { NewEvent } from '../event-log.ts'
import { KEY_LIFETIME } from '../retention.ts'
import { CHAINS, FORKS } from './find-fork-script.ts'
import { ENTRIES, ENTRY_OVERHEAD_BYTES, INCARNATIONS, RIGHTS, STAMP, TEXT } from './script-parts.ts'
import { NOTIFICATION_VERSION } from './notification.ts'

/** Arguments before the values of the events. */
const HEAD = 14

/**
 * Removes the entries of the stream beyond `top`, so that the next one follows on `top`. They were never
 * accepted: another program has added them, or the metadata was lost or put back without its events.
 */
const CUT = lua('DEL', 'XDEL', 'XRANGE', 'XSETID')`
if top == 0 then redis.call('DEL', events) else
  need('XSETID', events)
  local id = text(top) .. '-0'
  repeat
    local ids = {}
    for _, each in ipairs(redis.call('XRANGE', events, '(' .. id, '+', 'COUNT', 1000)) do
      ids[#ids + 1] = each[1]
    end
    if #ids > 0 then redis.call('XDEL', events, unpack(ids)) end
  until #ids < 1000
  redis.call('XSETID', events, id, 'ENTRIESADDED', text(top), 'MAXDELETEDID', id)
end
`

const COMMANDS = ['INFO', 'HMGET', 'HSET', 'PEXPIRE', 'XADD', 'XTRIM', 'SPUBLISH']
/** Those for idempotency keys. */
const KEY_COMMANDS = ['HGET', 'HSET', 'HDEL', 'PEXPIRE', 'ZADD', 'ZREM', 'ZCOUNT', 'ZRANGEBYSCORE']

/**
 * Appends all the events, or none and returns the reason.
 *
 * KEYS: meta, events, incarnation, and where there is an idempotency key also keys and keyExpiry: while a slot
 * moves, Redis refuses commands that name a missing key. ARGV: fresh epoch, fresh incarnation, most events,
 * bytes and age (ms) of the history, ms that metadata is kept, most keys, the idempotency key or '',
 * fingerprint, live, epoch, offset and time of the known top ('' if there is none), then the result of
 * `eventArguments`. Returns `{'accepted', epoch, first, count, 0 or 1 if repeated, time unless repeated}`,
 * `{'key-reused'}`, `{'too-large'}` or `{'full'}` (of keys).
 *
 * A refusal leaves nothing half done. Redis refuses a script for want of memory only at its first write, but
 * checks rights at each command. So the script reads first, then tries all rights that it needs after its
 * first write, which is a command that a server without memory refuses.
 *
 * The epoch is fenced to the server's replication id: events that are appended after a restart or a
 * promotion may not follow on those that were read before it.
 *
 * Most appends find their channel as the last one has left it. What only others need, functions included, stands in
 * one block that they skip: a function costs at each run that passes it.
 *
 * To keep appends cheap, the expiry of the keys is renewed and the oldest event checked at most once in a
 * hundredth of the history's age, and when bytes may be too many: then a sixteenth more of them leave than
 * must. Readers leave out events that are too old.
 */
export const APPEND_SCRIPT = lua(...COMMANDS, ...KEY_COMMANDS)`
${NOW}${TEXT}${STAMP}${RIGHTS}
local meta, events, incarnation, keys, keyExpiry = unpack(KEYS)
local freshEpoch, freshIncarnation, keep = ARGV[1], ARGV[2], ARGV[6]
local key, fingerprint, live = ARGV[8], ARGV[9], ARGV[10]
local maxEvents, maxBytes, age = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])

local expired = {}
if key ~= '' then
  local stored = redis.call('HGET', keys, key)
  local expiresAt, print, epoch, first, count
  if stored then
    expiresAt, print, epoch, first, count = string.match(stored, '^(%d+) (%S+) (%w+) (%d+) (%d+)$')
  end
  need('PEXPIRE', keys)
  need('PEXPIRE', keyExpiry)
  if stored and tonumber(expiresAt) > now then
    if print ~= fingerprint then return {'key-reused'} end
    -- A write, since from 7.2 on WAIT waits for the writes of its own connection alone.
    -- Both at once: were one gone before the other, the keys in the other would never be forgotten.
    redis.call('PEXPIRE', keys, ${KEY_LIFETIME})
    redis.call('PEXPIRE', keyExpiry, ${KEY_LIFETIME})
    return {'accepted', epoch, first, count, 1}
  end
  if redis.call('ZCOUNT', keyExpiry, text(now), '+inf') >= tonumber(ARGV[7]) then return {'full'} end
  expired = redis.call('ZRANGEBYSCORE', keyExpiry, '-inf', text(now), 'LIMIT', 0, 100)
  need('HSET', keys)
  need('ZADD', keyExpiry)
  if #expired > 0 then
    need('HDEL', keys)
    need('ZREM', keyExpiry)
  end
end

local width = tonumber(string.sub(ARGV[${HEAD}], 1, 1))
local count = (#ARGV - ${HEAD}) / width
local size, sizes = count * ${ENTRY_OVERHEAD_BYTES}, {}
for index = ${HEAD + 1}, #ARGV do
  local length = #ARGV[index]
  size = size + length
  sizes[#sizes + 1] = length
end
if count > maxEvents or size > maxBytes then return {'too-large'} end

local server = redis.call('INFO', 'replication')
local stored = redis.call('HMGET', meta, 'chain', 'top', 'time', 'opened', 'replid', 'bytes', 'base', 'due')
local chain = stored[1]
-- Without a chain the rest means nothing.
if not chain then stored = {} end
local top, bytes, base = tonumber(stored[2] or 0), tonumber(stored[6] or 0), tonumber(stored[7] or 0)
local time, opened, due = stored[3] or '0', tonumber(stored[4] or 0), tonumber(stored[8] or 0)
local epoch = chain and string.match(chain, '(%w+):%d+$')
if not (top and bytes and base and tonumber(time) and opened and due and (epoch or not chain)) then
  return redis.error_reply('ERR expected the metadata of a channel, got something else in ' .. meta)
end
local first = top + 1

-- The first offset of an epoch that is to be opened, the chain until then, and the oldest event that is to stay.
local opens, line, oldest
local isDue = now >= due or bytes + size - base > maxBytes
local isServerKnown = stored[5] and string.find(server, 'master_replid:' .. stored[5] .. '\\r', 1, true)
local isTopKnown = ARGV[11] == '' or (ARGV[12] == stored[2] and ARGV[13] == time)
local fields = {}
need('HSET', meta)
if not (chain and isServerKnown and isTopKnown) or isDue then
  ${INCARNATIONS}${ENTRIES}${FORKS}
  local function set(name, value)
    fields[#fields + 1] = name
    fields[#fields + 1] = value
  end

  if chain and not isTopKnown then
    line, opens = findFork(
      {events = events, chain = chain, top = top, time = tonumber(time), opened = opened},
      {epoch = ARGV[11], offset = tonumber(ARGV[12]), time = tonumber(ARGV[13])})
    chain = line or chain
  end
  if not opens and not isServerKnown then opens = first end

  isDue = isDue or opens
  if isDue then
    local kept, accepted, before = entry(events, '-', top)
    if kept then
      local goal = bytes + size - before > maxBytes and maxBytes * 15 / 16 or math.huge
      local function isGone(at, gone) return at <= (now - age) * 1000 or bytes + size - gone > goal end
      if isGone(accepted, before) then
        oldest = seek(events, kept, top, isGone)
        kept, accepted, before = entry(events, text(oldest), top)
        need('XTRIM', events)
      end
    end
    set('base', text(before or bytes))
    set('due', text(now + age / 100))
    need('PEXPIRE', events)
    need('PEXPIRE', meta)
  end
  if not chain then
    need('XADD', events)
    need('DEL', events)
    set('incarnations', knownIncarnations(incarnation, freshIncarnation))
  end
end

local offset, last, before = top, nil, bytes
local final = #ARGV - width + 1
-- The last event alone is added with the bound, so that a run of them is trimmed once.
local function add(index, ...)
  if index < final then
    return redis.pcall('XADD', events, last,
      't', stamp, 'b', text(before), 'n', ARGV[index], 'd', ARGV[index + 1], ...)
  end
  return redis.pcall('XADD', events, 'MAXLEN', '=', ARGV[3], last,
    't', stamp, 'b', text(before), 'n', ARGV[index], 'd', ARGV[index + 1], ...)
end
-- Values without a trace context are the rule, so they are spared the table that holds one.
local function addTraced(index)
  local parent, state = ARGV[index + 2], ARGV[index + 3]
  if width == 2 or parent == '' then return add(index) end
  if state == '' then return add(index, 'p', parent) end
  return add(index, 'p', parent, 's', state)
end
for index = ${HEAD + 1}, #ARGV, width do
  offset = offset + 1
  last = text(offset)
  local reply = addTraced(index)
  if reply.err and string.find(reply.err, ' ID', 1, true) then
    ${CUT}
    opens = opens or first
    reply = addTraced(index)
  end
  if reply.err then return reply end
  before = before + ${ENTRY_OVERHEAD_BYTES} + #ARGV[index] + #ARGV[index + 1]
  if width == 4 then before = before + #ARGV[index + 2] + #ARGV[index + 3] end
end

if opens then
  ${CHAINS}
  epoch = freshEpoch
  local values = {
    'chain', chain and extended(chain, epoch, opens) or epoch .. ':1',
    'opened', stamp,
    'replid', replicationIdIn(server)}
  for _, value in ipairs(values) do fields[#fields + 1] = value end
end
redis.call('HSET', meta, 'top', last, 'time', stamp, 'bytes', text(before), unpack(fields))
if oldest then redis.call('XTRIM', events, 'MINID', '=', text(oldest)) end
if isDue then
  redis.call('PEXPIRE', events, text(age + age / 100 + 1))
  redis.call('PEXPIRE', meta, keep)
end

if key ~= '' then
  if #expired > 0 then
    redis.call('HDEL', keys, unpack(expired))
    redis.call('ZREM', keyExpiry, unpack(expired))
  end
  local expiresAt = text(now + ${KEY_LIFETIME})
  redis.call('HSET', keys, key,
    table.concat({expiresAt, fingerprint, epoch, text(first), text(count)}, ' '))
  redis.call('ZADD', keyExpiry, expiresAt, key)
  redis.call('PEXPIRE', keys, ${KEY_LIFETIME})
  redis.call('PEXPIRE', keyExpiry, ${KEY_LIFETIME})
end

-- The events are in the log by now: followers that this does not reach find them there.
local from = text(first)
redis.pcall('SPUBLISH', live, '\\${NOTIFICATION_VERSION}'
  .. table.concat({epoch, from, time, stamp, ARGV[${HEAD}], table.concat(sizes, ' ')}, ' ')
  .. '\\n' .. table.concat(ARGV, '', ${HEAD + 1}))
return {'accepted', epoch, from, text(count), 0, stamp}
`

/**
 * The shape of the events, then their values. The shape is how many values each event has, those of a trace only where
 * some event has one; of several appends also the number of events of each, as in `2:1,1,3`.
 */
export function eventArguments(appends: readonly (readonly NewEvent[])[]): readonly string[] {
  const events = appends.flat()
  const counts = appends.length === 1 ? '' : `:${appends.map(({ length }) => length).join(',')}`
  if (events.every(({ trace }) => trace === undefined)) {
    return [`2${counts}`, ...events.flatMap(({ name, data }) => [name, data])]
  }
  const values = events.flatMap(({ name, data, trace }) => [
    name,
    data,
    trace?.traceparent ?? '',
    trace?.tracestate ?? '',
  ])
  return [`4${counts}`, ...values]
}
