import { describeRedisUrl, parseRedisUrl, type RedisUrl } from '../../lib/redis-url.ts'
import { accept } from '../parsed.ts'
import type { Kind } from './kind.ts'

const FORM =
  'redis[s]://[user:password@]host[:port][/database], redis[s]+sentinel://…host1,host2/name or ' +
  'redis[s]+cluster://…host1,host2'

/** The written form leaves out user and password, since `explain` and log lines show it. */
export function redisUrl(): Kind<RedisUrl> {
  return {
    name: 'url',
    range: 'redis://…, redis+sentinel://… or redis+cluster://…',
    parse: (text) => {
      const url = parseRedisUrl(text)
      if (url !== undefined) return accept(Object.freeze(url))
      return {
        ok: false,
        problem: `expected ${FORM}, got what may hold a password and is not shown`,
      }
    },
    format: describeRedisUrl,
  }
}
