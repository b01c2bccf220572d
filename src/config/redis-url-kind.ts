import { describeRedisUrl, parseRedisUrl, type RedisUrl } from '../lib/redis-url.ts'
import type { Kind } from './kinds.ts'
import { accept } from './parsed.ts'

const FORM =
  'redis[s]://[user:password@]host[:port][/database], redis[s]+sentinel://…host1,host2/name or ' +
  'redis[s]+cluster://…host1,host2'

/** Its written form leaves out who logs in: it is shown to people. */
export function redisUrl(): Kind<RedisUrl> {
  return {
    name: 'url',
    range: 'redis://…, redis+sentinel://… or redis+cluster://…',
    parse: (text) => {
      const url = parseRedisUrl(text)
      // What was written may hold a password, so it is not quoted.
      return url === undefined ? { ok: false, problem: `expected ${FORM}, got none` } : accept(url)
    },
    format: describeRedisUrl,
  }
}
