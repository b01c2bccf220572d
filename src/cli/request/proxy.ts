/** The variables `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, as curl and most programs read them. */
import type { CommandIo } from '../command.ts'
import { BadUse } from '../command.ts'
import { isExempt } from './no-proxy.ts'
import { decodeUserinfo, hintAtPassword } from './userinfo.ts'

export interface Proxy {
  /** With the credentials. */
  readonly url: URL
  /** How messages name it: its address, without credentials, and the variable. */
  readonly shown: string
}

/** The proxy that requests to a URL go through; undefined where they go straight. Throws `BadUse`. */
export function proxyOf(target: URL, env: CommandIo['env']): Proxy | undefined {
  const variable = target.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const [name, text] = readEither(variable, env)
  if (text === '' || isExempt(target, readEither('NO_PROXY', env)[1])) return undefined
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`)
  const isUsable =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    // What follows the host may be a part of a password, or the address of a script that chooses a proxy.
    url.pathname + url.search + url.hash === '/'
  if (!isUsable) {
    throw new BadUse(
      `${name}: expected a proxy such as http://proxy.example:3128, got what may hold a password and is not shown` +
        hintAtPassword(text),
    )
  }
  url.username = encodeURIComponent(decodeUserinfo(url.username))
  url.password = encodeURIComponent(decodeUserinfo(url.password))
  return { url, shown: `${url.origin} (${name})` }
}

/** The variable and its value. That in small letters counts first, even if it is empty. */
function readEither(name: string, env: CommandIo['env']): readonly [name: string, value: string] {
  const small = name.toLowerCase()
  const value = env[small]
  return value === undefined ? [name, env[name]?.trim() ?? ''] : [small, value.trim()]
}
