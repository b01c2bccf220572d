import { lua } from '../../redis/lua.ts'
import { NOW } from '../../redis/script.ts'
import { CHAINS, FORKS, REPLICATION_ID } from './find-fork-script.ts'
import { ENTRIES, INCARNATIONS, STAMP, TEXT } from './script-parts.ts'

/**
 * Returns where a channel stands, given its known top. Opens an epoch where the log has left the line of that
 * top, with one command, so that a failure cannot leave it half done.
 *
 * KEYS: meta, events, incarnation. ARGV: epoch, offset and time of the known top ('' if there is none),
 * fresh epoch, fresh incarnation. Returns `{chain or false, top, time, incarnations}`; the incarnations only
 * of a channel never written.
 */
export const POSITION_CHECK_SCRIPT = lua('HMGET', 'HSET')`
${NOW}${TEXT}${STAMP}${INCARNATIONS}${ENTRIES}${CHAINS}${FORKS}
local meta, events, incarnation = unpack(KEYS)
local stored = redis.call('HMGET', meta, 'chain', 'top', 'time', 'opened')
local chain = stored[1]
if not chain then return {false, '0', '0', knownIncarnations(incarnation, ARGV[5])} end
local top, time, opened = tonumber(stored[2] or 0), tonumber(stored[3] or 0), tonumber(stored[4] or 0)

local line, opens
if ARGV[1] ~= '' then
  line, opens = findFork(
    {events = events, chain = chain, top = top, time = time, opened = opened},
    {epoch = ARGV[1], offset = tonumber(ARGV[2]), time = tonumber(ARGV[3])})
end
if opens then
  chain = extended(line, ARGV[4], opens)
  redis.call('HSET', meta, 'chain', chain, 'opened', stamp, 'replid', ${REPLICATION_ID})
end
return {chain, text(top), text(time), ''}
`
