import { lua } from '../../redis/lua.ts'
import { NOW } from '../../redis/script.ts'
import { ENTRIES, INCARNATIONS, TEXT } from './script-parts.ts'

/**
 * Reads a history and a run of its events. Writes nothing to the channel. Where another program has removed
 * an event from the stream, all events before it count as trimmed: a run has no holes.
 *
 * KEYS: meta, events, incarnation. ARGV: after, most events, most bytes, age of the history (ms), fresh
 * incarnation. Returns `{chain or false, incarnations, oldest, top, {offset, time, name, data, offset, …},
 * {offset, traceparent, tracestate or '', offset, …}}`, the latter of events that have a trace context.
 */
export const READ_SCRIPT = lua('HMGET', 'XRANGE')`
${NOW}${TEXT}${INCARNATIONS}${ENTRIES}
local meta, events, incarnation = unpack(KEYS)
local after, maxEvents, maxBytes = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local age = tonumber(ARGV[4])

local known = redis.call('HMGET', meta, 'chain', 'incarnations', 'top')
local chain, incarnations, top = known[1], known[2], tonumber(known[3] or 0)
if not chain then return {false, knownIncarnations(incarnation, ARGV[5]), '1', '0', {}, {}} end
if not top or not string.match(chain, '^%w+:%d+') then
  return redis.error_reply('ERR expected the metadata of a channel, got something else in ' .. meta)
end

local function isOld(accepted) return accepted <= (now - age) * 1000 end
local oldest, time = entry(events, '-', top)
if not oldest then
  oldest = top + 1
elseif isOld(time) then
  oldest = seek(events, oldest, top, isOld)
end

local list, traces, bytes, from = {}, {}, 0, math.max(after + 1, oldest)
-- Pages grow, so that a read of large events copies few more than it returns.
local page, isFull = 8, from > top
while not isFull and #list / 4 < maxEvents do
  local wanted = math.min(page, maxEvents - #list / 4)
  local found = redis.call('XRANGE', events, text(from), text(top) .. '-0', 'COUNT', text(wanted))
  isFull = #found < wanted
  for _, each in ipairs(found) do
    local offset = offsetOf(each)
    local time, _, name, data, parent, state = fieldsOf(each)
    bytes = bytes + #name + #data + #(parent or '') + #(state or '')
    if bytes > maxBytes and #list > 0 then
      isFull = true
      break
    end
    if offset ~= from then list, traces, oldest = {}, {}, offset end
    from = offset + 1
    list[#list + 1] = text(offset)
    list[#list + 1] = time
    list[#list + 1] = name
    list[#list + 1] = data
    if parent then
      traces[#traces + 1] = text(offset)
      traces[#traces + 1] = parent
      traces[#traces + 1] = state or ''
    end
  end
  page = math.min(page * 2, 512)
end
if #list == 0 and from <= top and maxEvents > 0 then oldest = top + 1 end
return {chain, incarnations, text(oldest), text(top), list, traces}
`
