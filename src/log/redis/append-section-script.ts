/** The part of the script that appends, for the events of one channel. */
import { lua } from '../../redis/lua.ts'
import { CHAINS, FORKS } from './find-fork-script.ts'
import { NOTIFICATION_VERSION } from './notification.ts'
import { ENTRIES, ENTRY_OVERHEAD_BYTES, INCARNATIONS } from './script-parts.ts'

/** Arguments of a section before the values of its events. */
export const SECTION_HEAD = 5

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

/**
 * `add(events, bound, id, before, index)`: adds the event whose name and data begin at an index, and trims the stream to
 * `bound` events, if that is not nil. Returns what the server answers. `addTraced` adds its trace context as well: of
 * its own, since it needs a table, and most events have none.
 */
const ADD = lua('XADD')`
local function add(events, bound, id, before, index, ...)
  if bound then
    return redis.pcall('XADD', events, 'MAXLEN', '=', bound, id,
      't', stamp, 'b', before, 'n', ARGV[index], 'd', ARGV[index + 1], ...)
  end
  return redis.pcall('XADD', events, id,
    't', stamp, 'b', before, 'n', ARGV[index], 'd', ARGV[index + 1], ...)
end
local function addTraced(events, bound, id, before, index)
  local parent, state = ARGV[index + 2], ARGV[index + 3]
  if parent == '' then return add(events, bound, id, before, index) end
  if state == '' then return add(events, bound, id, before, index, 'p', parent) end
  return add(events, bound, id, before, index, 'p', parent, 's', state)
end
`

/**
 * `append(k, at, to)`: appends the events of a section, whose keys begin at `k`, and whose arguments are those from `at`
 * to `to`, all of them or none. Uses the locals of the script. Returns `{'accepted', epoch, first, time, count}`,
 * `{'too-large'}`, or an error; may raise one as well.
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
export const APPEND_SECTION = lua('HGET', 'HMGET', 'HSET', 'PEXPIRE', 'XTRIM', 'SPUBLISH')`
${ADD}
local function append(k, at, to)
  local meta, events = KEYS[k], KEYS[k + 1]
  local told, shape, from = ARGV[at + 2], ARGV[at + 3], at + ${SECTION_HEAD}
  local width = string.byte(shape) - 48
  local count = (to - from + 1) / width
  local size = count * ${ENTRY_OVERHEAD_BYTES}
  for index = from, to do size = size + #ARGV[index] end
  if count > maxEvents or size > maxBytes then return {'too-large'} end

  local stored = redis.call('HMGET', meta, 'chain', 'top', 'time', 'bytes', 'replid', 'base', 'due')
  local chain = stored[1]
  -- Without a chain the rest means nothing.
  if not chain then stored = {} end
  local top, bytes, base = tonumber(stored[2] or 0), tonumber(stored[4] or 0), tonumber(stored[6] or 0)
  local time, due = stored[3] or '0', tonumber(stored[7] or 0)
  -- No part of a chain is longer than that.
  local epoch = chain and string.match(chain, '(%w+):%d+$', -25)
  if not (top and bytes and base and tonumber(time) and due and (epoch or not chain)) then
    return redis.error_reply('ERR expected the metadata of a channel, got something else in ' .. meta)
  end
  local first = top + 1

  -- The first offset of an epoch that is to be opened, the chain until then, and the oldest event that is to stay.
  local opens, line, oldest, fields
  local isDue = now >= due or bytes + size - base > maxBytes
  local isServerKnown = stored[5] == server
  local isTopKnown = told == ''
    or (chain and told == epoch .. ' ' .. (stored[2] or 0) .. ' ' .. time)
  need('HSET', meta)
  if isDue or not (chain and isServerKnown and isTopKnown) then
    ${INCARNATIONS}${ENTRIES}${FORKS}
    fields = {}
    local function set(name, value)
      fields[#fields + 1] = name
      fields[#fields + 1] = value
    end

    if chain and not isTopKnown then
      local opened = tonumber(redis.call('HGET', meta, 'opened') or 0)
      if not opened then
        return redis.error_reply('ERR expected the metadata of a channel, got something else in ' .. meta)
      end
      local epoch, offset, accepted = string.match(told, '^(%w+) (%d+) (%d+)$')
      line, opens = findFork(
        {events = events, chain = chain, top = top, time = tonumber(time), opened = opened},
        {epoch = epoch, offset = tonumber(offset), time = tonumber(accepted)})
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

  -- As stored, since it is cheaper to hand on a text than a number.
  local offset, last, before = top, nil, stored[4] or '0'
  local put = width == 4 and addTraced or add
  for index = from, to, width do
    offset = offset + 1
    last = text(offset)
    -- The last event alone is added with the bound, so that a run of them is trimmed once.
    local bound = index + width > to and ARGV[2] or nil
    local reply = put(events, bound, last, before, index)
    if reply.err and string.find(reply.err, ' ID', 1, true) then
      ${CUT}
      opens = opens or first
      reply = put(events, bound, last, before, index)
    end
    if reply.err then return reply end
    before = before + ${ENTRY_OVERHEAD_BYTES}
    for value = index, index + width - 1 do before = before + #ARGV[value] end
  end

  if opens then
    ${CHAINS}
    epoch = ARGV[at + 1]
    fields = fields or {}
    local values = {
      'chain', chain and extended(chain, epoch, opens) or epoch .. ':1',
      'opened', stamp,
      'replid', server}
    for _, value in ipairs(values) do fields[#fields + 1] = value end
  end
  redis.call('HSET', meta, 'top', last, 'time', stamp, 'bytes', text(before), unpack(fields or {}))
  if oldest then redis.call('XTRIM', events, 'MINID', '=', text(oldest)) end
  if isDue then
    redis.call('PEXPIRE', events, text(age + age / 100 + 1))
    redis.call('PEXPIRE', meta, ARGV[5])
  end

  -- The events are in the log by now: followers that this does not reach find them there.
  redis.pcall('SPUBLISH', ARGV[at], '\\${NOTIFICATION_VERSION}' .. epoch .. ' '
    .. (count == 1 and last or text(first)) .. ' ' .. time .. ' ' .. stamp .. ' ' .. shape .. '\\n'
    .. table.concat(ARGV, '', from, to))
  return {'accepted', epoch, first, stamp, count}
end
`
