/** The scripts of the fleet. All its keys stand in one hash slot, so that one script can see them. */
import { NOW, Script } from '../../redis/script.ts'

/** How long what is known of a client is kept after its last stream came or went, in ms. */
export const CLIENT_KEPT = 24 * 3_600_000

/**
 * A pod says that it is there, and hears of the others. KEYS: pods. ARGV: pod, its former name, time to
 * live (ms), subscribers, limit. A pod is kept as `<expires at> <subscribers> <limit>`. Returns `{pods,
 * subscribers, limit, free slots, 1 if the pod was not known, the server's replication id}`, where the
 * sums are those of the others.
 */
export const BEAT = new Script(`
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
 * One more stream of a client, unless it has enough. KEYS: the client's streams by pod, pods. ARGV: pod,
 * its former name, its streams with the new one, limit. Streams of pods that are gone do not count, nor do
 * those under the former name. Returns whether it is admitted, as 1 or 0.
 */
export const ADMIT = new Script(`
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

/** How many streams of a client are on this pod. KEYS: the client's streams. ARGV: pod, streams. */
export const NOTE = new Script(`
if ARGV[2] == '0' then return redis.call('HDEL', KEYS[1], ARGV[1]) end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return redis.call('PEXPIRE', KEYS[1], ${CLIENT_KEPT})
`)
