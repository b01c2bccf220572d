import { lua } from '../../redis/lua.ts'
import { NOW } from '../../redis/script.ts'
import { KEY_LIFETIME } from '../retention.ts'
import { APPEND_SECTION, SECTION_HEAD } from './append-section-script.ts'
import { REPLICATION_ID } from './find-fork-script.ts'
import { RIGHTS, STAMP, TEXT } from './script-parts.ts'

/**
 * Answers an append whose idempotency key was used. Else tries the rights to store the key, and finds the keys that are
 * to make room for it. KEYS and ARGV as below.
 */
const FIND_KEY = lua('HGET', 'PEXPIRE', 'ZCOUNT', 'ZRANGEBYSCORE')`
local stored = redis.call('HGET', keys, key)
local expiresAt, print, epoch, first, count
if stored then
  expiresAt, print, epoch, first, count = string.match(stored, '^(%d+) (%S+) (%w+) (%d+) (%d+)$')
end
need('PEXPIRE', keys)
need('PEXPIRE', keyExpiry)
if stored and tonumber(expiresAt) > now then
  if print ~= ARGV[7] then return {{'key-reused'}} end
  -- A write, since from 7.2 on WAIT waits for the writes of its own connection alone.
  -- Both at once: were one gone before the other, the keys in the other would never be forgotten.
  redis.call('PEXPIRE', keys, ${KEY_LIFETIME})
  redis.call('PEXPIRE', keyExpiry, ${KEY_LIFETIME})
  return {{'repeated', epoch, first, count}}
end
if redis.call('ZCOUNT', keyExpiry, text(now), '+inf') >= tonumber(ARGV[8]) then return {{'full'}} end
expired = redis.call('ZRANGEBYSCORE', keyExpiry, '-inf', text(now), 'LIMIT', 0, 100)
need('HSET', keys)
need('ZADD', keyExpiry)
if #expired > 0 then
  need('HDEL', keys)
  need('ZREM', keyExpiry)
end
`

/** Stores the key of what was appended. */
const STORE_KEY = lua('HDEL', 'HSET', 'PEXPIRE', 'ZADD', 'ZREM')`
if #expired > 0 then
  redis.call('HDEL', keys, unpack(expired))
  redis.call('ZREM', keyExpiry, unpack(expired))
end
local expiresAt = text(now + ${KEY_LIFETIME})
local _, epoch, first, _, count = unpack(results[1])
redis.call('HSET', keys, key,
  table.concat({expiresAt, ARGV[7], epoch, text(first), text(count)}, ' '))
redis.call('ZADD', keyExpiry, expiresAt, key)
redis.call('PEXPIRE', keys, ${KEY_LIFETIME})
redis.call('PEXPIRE', keyExpiry, ${KEY_LIFETIME})
`

/**
 * Appends the events of each section, which are those of one channel, all of them or none.
 *
 * KEYS: incarnation, then meta and events of each section, and where there is an idempotency key also keys and
 * keyExpiry: while a slot moves, Redis refuses commands that name a missing key. ARGV: fresh incarnation, most events,
 * bytes and age (ms) of the history, ms that metadata is kept, and the idempotency key or '', then where there is one
 * its fingerprint and how many there may be; it belongs to the only section. Then for each section the live channel, a
 * fresh epoch, the known top (`<epoch> <offset> <time>`, or ''), the shape of its events, the number of their values,
 * and these, as `eventArguments` has them.
 *
 * Returns for each section `{'accepted', epoch, first, time, count}`, `{'repeated', epoch, first, count}`,
 * `{'key-reused'}`, `{'too-large'}`, `{'full'}` (of keys) or `{'refused', error}`. One that is refused says nothing
 * about the others. A replica refuses all, as an error of the script, by which the connection turns to the primary.
 */
export const APPEND_SCRIPT = lua()`
${NOW}${TEXT}${STAMP}${RIGHTS}
local redis, KEYS, ARGV = redis, KEYS, ARGV
local incarnation, freshIncarnation, key = KEYS[1], ARGV[1], ARGV[6]
local maxEvents, maxBytes, age = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local keys, keyExpiry, expired = KEYS[4], KEYS[5]
if key ~= '' then
  ${FIND_KEY}
end

local server = ${REPLICATION_ID}
${APPEND_SECTION}
local results, k, at = {}, 2, key == '' and 7 or 9
while at <= #ARGV do
  local to = at + ${SECTION_HEAD - 1} + ARGV[at + 4]
  local isDone, result = pcall(append, k, at, to)
  -- Redis makes a text of a raised error. Those of Lua itself begin with no code.
  if not isDone then result = {err = string.find(result, '^%u+ ') and result or 'ERR ' .. result} end
  if result.err then
    if string.find(result.err, '^READONLY') then return result end
    result = {'refused', result.err}
  end
  results[#results + 1] = result
  k, at = k + 2, to + 1
end

if key ~= '' and results[1][1] == 'accepted' then
  ${STORE_KEY}
end
return results
`
