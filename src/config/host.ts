import { isIPv4, isIPv6 } from 'node:net'
import { isHostName } from './address.ts'
import { accept, refuse, type Parsed } from './parsed.ts'

/** The host part of a `Host` header, without the port and in lower case. */
export function parseHost(text: string): Parsed<string> {
  const isBracketed = text.startsWith('[') && text.endsWith(']') && isIPv6(text.slice(1, -1))
  if (isBracketed || isIPv4(text) || isHostName(text)) return accept(text.toLowerCase())
  return refuse('a host such as events.example, without scheme and port', text)
}
