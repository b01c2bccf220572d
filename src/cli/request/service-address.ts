import { quote } from '../../config/parsed.ts'
import { BadUse } from '../command.ts'
import { readHeaders, type HeaderArguments } from './request-headers.ts'
import { decodeUserinfo, hintAtPassword } from './userinfo.ts'

export const DEFAULT_URL = 'http://127.0.0.1:8080'

/** Where a service is, and what its requests need. */
export interface ServiceAddress {
  /** The base URL, with the path that a proxy may need and without credentials, so that it can be printed. */
  readonly url: URL
  /** The further headers of a request. Never printed. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>
}

const NO_HEADERS: HeaderArguments = { given: [], file: undefined }

/** Parses a base URL. `name` and `shown` are the flag and the text in error messages. */
export function parseServiceAddress(
  text: string,
  name = '--url',
  headers: HeaderArguments = NO_HEADERS,
  shown = quote(text),
): ServiceAddress {
  const written = URL.parse(text)
  // An `@` in the path is that of a password with a slash in it, of which the host would be a part.
  const isUsable =
    written !== null &&
    /^https?:$/.test(written.protocol) &&
    written.search + written.hash === '' &&
    !written.pathname.includes('@')
  if (!isUsable) {
    throw new BadUse(
      `${name}: expected an address such as ${DEFAULT_URL}, got ${shown}${hintAtPassword(text)}`,
    )
  }
  const url = new URL(written)
  url.username = ''
  url.password = ''
  const authorization = basicOf(written)
  if (authorization === undefined) return { url, headers: async () => readHeaders(headers) }
  return {
    url,
    headers: async () => {
      const further = await readHeaders(headers)
      if (Object.keys(further).some((each) => each.toLowerCase() === 'authorization')) {
        throw new BadUse(`${name}: expected credentials there or a header Authorization, got both`)
      }
      return { ...further, Authorization: authorization }
    },
  }
}

export function endpointOf(base: URL, path: string): URL {
  const url = new URL(base)
  url.pathname = url.pathname.replace(/\/+$/, '') + path
  return url
}

/** The credentials of a URL as the header `Authorization`. `fetch` refuses a URL with user and password. */
function basicOf({ username, password }: URL): string | undefined {
  if (username + password === '') return undefined
  const text = `${decodeUserinfo(username)}:${decodeUserinfo(password)}`
  return `Basic ${Buffer.from(text).toString('base64')}`
}
