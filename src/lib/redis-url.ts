/** The address of Redis or Valkey, with its credentials. */
export interface RedisUrl {
  readonly topology: 'single' | 'sentinel' | 'cluster'
  /** The server, or the sentinels, or some nodes of the cluster, which name the others. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  readonly tls: boolean
  readonly username: string | undefined
  readonly password: string | undefined
  /** Number of the database; 0 in a cluster, which has no other. */
  readonly db: number
  /** The name of the primary among the sentinels. */
  readonly primaryName: string | undefined
  /** For the sentinels themselves, which have users of their own. */
  readonly sentinelUsername: string | undefined
  readonly sentinelPassword: string | undefined
}

const FORM =
  /^(redis|rediss)(?:\+(sentinel|cluster))?:\/\/(?:([^@/?#]*)@)?([^/?#@]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/
const DEFAULT_PORT = { single: 6379, sentinel: 26_379, cluster: 6379 } as const
const SENTINEL_OPTIONS = ['sentinelUsername', 'sentinelPassword']

/**
 * Parses a `redis[s]://`, `redis[s]+sentinel://` or `redis[s]+cluster://` URL; undefined if the text is none.
 * Own code, since `URL` knows one host only.
 */
export function parseRedisUrl(text: string): RedisUrl | undefined {
  const match = FORM.exec(text)
  if (match === null) return undefined
  const [, scheme, kind, userinfo, authority, path = '', query = ''] = match
  const topology = kind === 'sentinel' || kind === 'cluster' ? kind : 'single'
  const hosts = authority!.split(',').map((host) => parseHost(host, DEFAULT_PORT[topology]))
  if (!hosts.every((host) => host !== undefined)) return undefined
  if (topology === 'single' && hosts.length > 1) return undefined

  const segments = path === '' ? [] : path.split('/')
  const primaryName = topology === 'sentinel' ? segments.shift() : undefined
  if (topology === 'sentinel' && (primaryName === undefined || primaryName === '')) return undefined
  const [db = '0', ...rest] = segments
  if (rest.length > 0 || !/^\d{1,4}$/.test(db)) return undefined
  if (topology === 'cluster' && Number(db) !== 0) return undefined

  const options = new URLSearchParams(query)
  const known = topology === 'sentinel' ? SENTINEL_OPTIONS : []
  if ([...options.keys()].some((name) => !known.includes(name))) return undefined
  const [username, password] = parseUserinfo(userinfo)
  return {
    topology,
    hosts,
    tls: scheme === 'rediss',
    username,
    password,
    db: Number(db),
    primaryName: primaryName === undefined ? undefined : decode(primaryName),
    sentinelUsername: options.get('sentinelUsername') ?? undefined,
    sentinelPassword: options.get('sentinelPassword') ?? undefined,
  }
}

/** The URL without user names and passwords, for log lines and `/snapshot`. */
export function describeRedisUrl(url: RedisUrl): string {
  const kind = url.topology === 'single' ? '' : `+${url.topology}`
  const hosts = url.hosts.map(({ host, port }) => `${bracket(host)}:${port}`).join(',')
  const path = [url.primaryName, url.db === 0 ? undefined : String(url.db)]
    .filter((segment) => segment !== undefined)
    .map((segment) => `/${encodeURIComponent(segment)}`)
    .join('')
  return `${url.tls ? 'rediss' : 'redis'}${kind}://${hosts}${path}`
}

function parseHost(text: string, defaultPort: number): RedisUrl['hosts'][number] | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text.trim())
  if (match === null) return undefined
  const port = match[3] === undefined ? defaultPort : Number(match[3])
  if (port < 1 || port > 65_535) return undefined
  return { host: match[1] ?? match[2]!, port }
}

/** Parses `user:password`, `:password` or `user`. */
function parseUserinfo(text: string | undefined): (string | undefined)[] {
  if (text === undefined || text === '') return []
  const colon = text.indexOf(':')
  const parts = colon === -1 ? [text] : [text.slice(0, colon), text.slice(colon + 1)]
  return parts.map((part) => (part === '' ? undefined : decode(part)))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A password may hold a percent sign that escapes nothing.
    return text
  }
}

function bracket(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
