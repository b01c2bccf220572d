/** The scripts of the fleet. Each value they keep is `<expires at> <numbers>`, by pod. */
import { NOW, Script } from '../../redis/script.ts'

const EXPIRY = `${NOW}
local expiresAt = string.format('%.0f', now + ARGV[2])
`

/**
 * A pod says that it is there, and hears of all. KEYS: pods. ARGV: pod, time to live (ms), subscribers,
 * limit. Returns `{subscribers, limit, pods}` of the fleet.
 */
export const BEAT = new Script(`${EXPIRY}
redis.call('HSET', KEYS[1], ARGV[1], expiresAt .. ' ' .. ARGV[3] .. ' ' .. ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local subscribers, limit, pods = 0, 0, 0
local all = redis.call('HGETALL', KEYS[1])
for index = 1, #all, 2 do
  local expires, has, takes = string.match(all[index + 1], '^(%d+) (%d+) (%d+)$')
  if tonumber(expires) > now then
    subscribers, limit, pods = subscribers + has, limit + takes, pods + 1
  else
    redis.call('HDEL', KEYS[1], all[index])
  end
end
return {subscribers, limit, pods}
`)

/**
 * One more stream of a client, unless it has enough. KEYS: streams of the client. ARGV: pod, time to live
 * (ms), streams on this pod with the new one, limit. Returns whether it is admitted, as 1 or 0.
 */
export const ADMIT = new Script(`${EXPIRY}
local total = tonumber(ARGV[3])
local all = redis.call('HGETALL', KEYS[1])
for index = 1, #all, 2 do
  local expires, streams = string.match(all[index + 1], '^(%d+) (%d+)$')
  if tonumber(expires) <= now then
    redis.call('HDEL', KEYS[1], all[index])
  elseif all[index] ~= ARGV[1] then
    total = total + streams
  end
end
if total > tonumber(ARGV[4]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], expiresAt .. ' ' .. ARGV[3])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`)

/** How many streams of a client are on this pod. KEYS and ARGV as before, without a limit. */
export const NOTE = new Script(`${EXPIRY}
if ARGV[3] == '0' then return redis.call('HDEL', KEYS[1], ARGV[1]) end
redis.call('HSET', KEYS[1], ARGV[1], expiresAt .. ' ' .. ARGV[3])
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`)
