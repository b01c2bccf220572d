import type { Context } from 'koa'
import { didYouMean } from '../../lib/nearest-name.ts'
import { Problem } from '../problem.ts'
import { parseQuery } from '../events-request.ts'
import { parseSingle } from '../query.ts'
import { checkEventName } from './new-event.ts'
import type { PublishFormat } from './publish-format.ts'

/** Most characters of a name that an error shows. */
const LONGEST_SHOWN = 40

/** The checked `event=` of a publish; undefined where it has none. Throws 400 for what its format would ignore. */
export function eventNameInQuery(
  ctx: Context,
  { isNamedByQuery = false }: PublishFormat,
): string | undefined {
  if (ctx.querystring === '') return undefined
  const query = parseQuery(ctx.querystring)
  if (query.has('event') && !isNamedByQuery) {
    throw new Problem(400, 'event: expected it in the body, event= is for text/plain')
  }
  checkNames(query, isNamedByQuery ? ['event'] : [])
  const name = parseSingle(query, 'event')
  if (name === undefined) return undefined
  if (name.includes('\uFFFD') && !isDecodable(ctx.querystring)) {
    throw new Problem(400, 'event: expected valid UTF-8')
  }
  checkEventName('', name)
  return name
}

/** With a typo in its parameter, an event would go out under another name. */
function checkNames(query: URLSearchParams, known: readonly string[]): void {
  for (const name of query.keys()) {
    if (known.includes(name)) continue
    const expected = ['no query parameter', ...known].join(' but ')
    const shown = JSON.stringify(name.slice(0, LONGEST_SHOWN))
    throw new Problem(400, `expected ${expected}, got ${shown}${didYouMean(name, known)}`)
  }
}

/** The query parser silently replaces invalid UTF-8 by U+FFFD, so this decodes the query once more. */
function isDecodable(query: string): boolean {
  try {
    decodeURIComponent(query)
    return true
  } catch {
    return false
  }
}
