/** The arguments that the commands which call a running service have in common. */
import { quote } from '../config/parsed.ts'
import { isChannelName } from '../wire/channel.ts'
import { BadUse } from './command.ts'

export const DEFAULT_URL = 'http://127.0.0.1:8080'

/** The base URL of a service, with the path that a proxy may need. `name` is the flag in error messages. */
export function parseServiceUrl(text: string, name = '--url'): URL {
  const url = URL.parse(text)
  const isUsable =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    // `fetch` refuses a URL with user and password.
    [url.username, url.password, url.search, url.hash].every((part) => part === '')
  if (isUsable) return url
  throw new BadUse(`${name}: expected an address such as ${DEFAULT_URL}, got ${quote(text)}`)
}

export function endpointOf(base: URL, path: string): URL {
  const url = new URL(base)
  url.pathname = url.pathname.replace(/\/+$/, '') + path
  return url
}

export function checkChannelName(name: string): string {
  if (isChannelName(name)) return name
  throw new BadUse(
    `expected a channel name of 1 to 128 characters of A-Z a-z 0-9 . _ ~ : - that is not "." or "..", ` +
      `got ${quote(name)}`,
  )
}
