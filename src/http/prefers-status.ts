import type { IncomingHttpHeaders } from 'node:http'

/** One that is not closed reaches to the end, so that the search takes linear time. */
const QUOTED = String.raw`"(?:[^"\\]|\\.?)*(?:"|$)`
/** One preference of RFC 7240, section 2, with its value and parameters; a comma within quotes ends none. */
const PREFERENCE = new RegExp(`(?:${QUOTED}|[^",])+`, 'g')
/** An empty value means the same as none. */
const STATUS = /^\s*status\s*(?:=\s*(?:"")?\s*)?(?:;|$)/i

/** Whether the client asks for a plain status where a stream is refused, as clients other than EventSource may. */
export function prefersStatus({ prefer }: IncomingHttpHeaders): boolean {
  if (prefer === undefined) return false
  // Node joins repeated headers of this name, although its types allow an array.
  const preferences = String(prefer).match(PREFERENCE) ?? []
  return preferences.some((preference) => STATUS.test(preference))
}
