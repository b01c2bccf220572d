/** The scripts of the fleet. All its keys are in one hash slot, so that a script can use several. */
import { lua } from '../../redis/lua.ts'
import { NOW, Script } from '../../redis/script.ts'

/** How long a client's counts are kept after its last stream was opened or closed, in ms. */
export const CLIENT_KEPT = 24 * 3_600_000

/**
 * The heartbeat of a pod, answered with the sums of the other pods. KEYS: pods. ARGV: pod, its former name,
 * time to live (ms), subscribers, limit. A pod is kept as `<expires at> <subscribers> <limit>`. Returns
 * `{pods, subscribers, limit, free slots, 1 if the pod was not known, the server's replication id}`.
 */
export const HEARTBEAT = new Script(lua('INFO', 'HDEL', 'HSET', 'PEXPIRE', 'HGETALL')`
${NOW}
local replid = string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)')
redis.call('HDEL', KEYS[1], ARGV[2])
local expiresAt = string.format('%.0f', now + ARGV[3])
local isNew = redis.call('HSET', KEYS[1], ARGV[1], expiresAt .. ' ' .. ARGV[4] .. ' ' .. ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local pods, subscribers, limit, free = 0, 0, 0, 0
local all = redis.call('HGETALL', KEYS[1])
for index = 1, #all, 2 do
  local expires, has, takes = string.match(all[index + 1], '^(%d+) (%d+) (%d+)$')
  if tonumber(expires) <= now then
    redis.call('HDEL', KEYS[1], all[index])
  elseif all[index] ~= ARGV[1] then
    pods, subscribers, limit = pods + 1, subscribers + has, limit + takes
    free = free + math.max(0, takes - has)
  end
end
return {pods, subscribers, limit, free, isNew, replid}
`)

/**
 * Counts one more stream of a client, unless it is at its limit. KEYS: the client's streams by pod, pods.
 * ARGV: pod, its former name, its streams with the new one, limit. Streams of dead pods do not count, nor do
 * those under the former name. Returns 1 if the stream is admitted, else 0.
 */
export const ADMIT = new Script(lua('HGETALL', 'HGET', 'HDEL', 'HSET', 'PEXPIRE')`
${NOW}
local total = tonumber(ARGV[3])
local all = redis.call('HGETALL', KEYS[1])
for index = 1, #all, 2 do
  local pod = all[index]
  local state = pod ~= ARGV[2] and redis.call('HGET', KEYS[2], pod)
  if pod ~= ARGV[1] and state and tonumber(string.match(state, '^%d+')) > now then
    total = total + all[index + 1]
  elseif pod ~= ARGV[1] then
    redis.call('HDEL', KEYS[1], pod)
  end
end
if total > tonumber(ARGV[4]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
redis.call('PEXPIRE', KEYS[1], ${CLIENT_KEPT})
return 1
`)

/** Sets the number of a client's streams on a pod. KEYS: the client's streams. ARGV: pod, streams. */
export const SET_STREAMS = new Script(lua('HDEL', 'HSET', 'PEXPIRE')`
if ARGV[2] == '0' then return redis.call('HDEL', KEYS[1], ARGV[1]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return redis.call('PEXPIRE', KEYS[1], ${CLIENT_KEPT})
`)

/** The commands that the fleet's scripts run. */
export const FLEET_COMMANDS: ReadonlySet<string> = new Set(
  [HEARTBEAT, ADMIT, SET_STREAMS].flatMap(({ commands }) => [...commands]),
)
