import { NOW } from '../../redis/script.ts'
import { ENTRIES, ENTRY_OVERHEAD_BYTES, LIVES, TEXT } from './lua-parts.ts'

/** Epochs kept in a chain. A longer one is cut at its old end, as `History` allows. */
const MAX_CHAIN = 16
/** How long a repeated key gives the first positions again, in ms. */
const KEY_LIFETIME = 10 * 60_000
/** Arguments before the events. */
const HEAD = 10

/**
 * Appends events, or says why not; all or nothing.
 *
 * KEYS: meta, events, life, and where there is an idempotency key also keys and keyExpiry: while a slot
 * moves, Redis refuses all that names a key which is not there. ARGV: fresh epoch, fresh life, most events,
 * bytes and age (ms) of the history, ms that metadata is kept, most keys, the key's digest or '',
 * fingerprint, live, then name and data of each event. Returns `{'accepted', epoch, first, count, 0 or 1 if repeated}`,
 * `{'key-reused'}`, `{'too-large'}` or `{'full'}` (of keys).
 *
 * The first command that writes is one that a server without memory refuses, so a refusal leaves nothing
 * half done: once a script has written, Redis lets it finish. The epoch is fenced to the server's
 * replication id, which every restart and promotion changes: what is appended after one may not follow
 * on what was read before it.
 *
 * The oldest event is looked at only when it may have to go: for its age at most once in a hundredth of
 * the age, and for the bytes a sixteenth more of them leave than must. Readers leave out what is too old.
 */
export const APPEND_SCRIPT = `
${NOW}${TEXT}${LIVES}${ENTRIES}
local meta, events, life, keys, keyExpiry = unpack(KEYS)
local freshEpoch, freshLife, keep = ARGV[1], ARGV[2], ARGV[6]
local key, fingerprint, live = ARGV[8], ARGV[9], ARGV[10]
local maxEvents, maxBytes, age = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])

if key ~= '' then
  local stored = redis.call('HGET', keys, key)
  local expiresAt, print, epoch, first, count
  if stored then
    expiresAt, print, epoch, first, count = string.match(stored, '^(%d+) (%S+) (%w+) (%d+) (%d+)$')
  end
  if stored and tonumber(expiresAt) > now then
    if print ~= fingerprint then return {'key-reused'} end
    -- A write, since from 7.2 on WAIT waits for what the connection itself has written.
    -- Both at once: were one gone before the other, the keys in that would never be forgotten.
    redis.call('PEXPIRE', keys, ${KEY_LIFETIME})
    redis.call('PEXPIRE', keyExpiry, ${KEY_LIFETIME})
    return {'accepted', epoch, first, count, 1}
  end
  if redis.call('ZCOUNT', keyExpiry, text(now), '+inf') >= tonumber(ARGV[7]) then return {'full'} end
end

local count = (#ARGV - ${HEAD}) / 2
local size = count * ${ENTRY_OVERHEAD_BYTES}
for index = ${HEAD + 1}, #ARGV do size = size + #ARGV[index] end
if count > maxEvents or size > maxBytes then return {'too-large'} end

local replid = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
local known = redis.call('HMGET', meta, 'chain', 'top', 'replid', 'bytes', 'base', 'due')
local chain, top, bytes = known[1], tonumber(known[2] or 0), tonumber(known[4] or 0)
local first = top + 1
local epoch
if not chain then
  epoch = freshEpoch
  chain = epoch .. ':1'
  redis.call('HSET', meta, 'origins', lives(life, freshLife))
  -- Left behind by metadata that was removed, and without it nobody can tell what they were.
  redis.call('DEL', events)
elseif known[3] ~= replid then
  epoch = freshEpoch
  chain = chain .. ' ' .. epoch .. ':' .. text(first)
  local _, starts = string.gsub(chain, ':', '')
  if starts > ${MAX_CHAIN} then chain = string.gsub(chain, '^%S+ ', '') end
else
  epoch = string.match(chain, '(%w+):%d+$')
end

local sizes, offset = {}, top
for index = ${HEAD + 1}, #ARGV, 2 do
  local name, data = ARGV[index], ARGV[index + 1]
  offset = offset + 1
  redis.call('XADD', events, text(offset) .. '-0',
    't', text(now), 'b', text(bytes), 'n', name, 'd', data)
  bytes = bytes + #name + #data + ${ENTRY_OVERHEAD_BYTES}
  sizes[#sizes + 1] = ' ' .. #name .. ' ' .. #data
end
redis.call('HSET', meta, 'chain', chain, 'top', text(offset), 'replid', replid, 'bytes', text(bytes))

redis.call('XTRIM', events, 'MAXLEN', '=', text(maxEvents))
if bytes - tonumber(known[5] or 0) > maxBytes then
  local oldest, _, before = entry(events, '-')
  if bytes - before > maxBytes then
    local goal = maxBytes * 15 / 16
    oldest = seek(events, oldest, first, function(_, gone) return bytes - gone > goal end)
    redis.call('XTRIM', events, 'MINID', '=', text(oldest))
    oldest, _, before = entry(events, '-')
  end
  redis.call('HSET', meta, 'base', text(before))
end
if now >= tonumber(known[6] or 0) then
  local oldest, time = entry(events, '-')
  if time <= now - age then
    oldest = seek(events, oldest, first, function(accepted) return accepted <= now - age end)
    redis.call('XTRIM', events, 'MINID', '=', text(oldest))
    oldest, time = entry(events, '-')
  end
  redis.call('HSET', meta, 'due', text(math.max(time + age, now + age / 100)))
end
redis.call('PEXPIRE', events, text(age))
redis.call('PEXPIRE', meta, keep)

if key ~= '' then
  local expired = redis.call('ZRANGEBYSCORE', keyExpiry, '-inf', text(now), 'LIMIT', 0, 100)
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

-- The events are in the log by now: who cannot be told will find them there.
redis.pcall('SPUBLISH', live, epoch .. ' ' .. text(first) .. ' ' .. text(now)
  .. table.concat(sizes) .. '\\n' .. table.concat(ARGV, '', ${HEAD + 1}))
return {'accepted', epoch, text(first), text(count), 0}
`
