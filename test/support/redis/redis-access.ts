import { parseRedisUrl } from '../../../src/lib/redis-url.ts'
import type { RedisAccess } from '../../../src/redis/connection-options.ts'
import { Credentials, type CredentialSources } from '../../../src/redis/credentials.ts'

export interface AccessOptions extends Omit<CredentialSources, 'url'> {
  readonly prefix?: string
}

/** Access to servers, as the settings of a process give it. */
export function redisAccess(
  text: string,
  { prefix = 'runnel', ...sources }: AccessOptions = {},
  onWarning: (warning: string) => void = () => {},
): RedisAccess {
  const url = parseRedisUrl(text)!
  const credentials = new Credentials({ url, ...sources }, onWarning)
  credentials.load()
  return { url, prefix, credentials }
}
