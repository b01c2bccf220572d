import type { IncomingMessage } from 'node:http'
import { redirectOrigin, refusalOf } from '../../client/service-error.ts'
import { printable } from '../terminal.ts'
import { readBody } from './send-request.ts'
import { PROXY_CREDENTIALS } from './connection-advice.ts'
import { notYet, refused, shown, type Opening } from './open-result.ts'

const COMPRESSED =
  'Something on the way compresses, and may hold events back to fill its blocks. Let it obey ' +
  '`Cache-Control: no-transform`, or leave text/event-stream out of the types that it compresses. nginx: ' +
  '`gzip off` for /stream, or `gzip_types` without it. ingress-nginx: `gzip-types` in its ConfigMap. Traefik: ' +
  '`excludedContentTypes` of the compress middleware.'

/** The fault of an answer; undefined if its head is that of an event stream. */
export async function judgeAnswer(answer: IncomingMessage, url: URL): Promise<Opening | undefined> {
  const { statusCode: status = 0, headers } = answer
  const { location } = headers
  if (status >= 300 && status < 400 && location !== undefined) {
    const origin = redirectOrigin(location, url.href)
    const found = `expected a stream, got a redirect to ${origin} (status ${status})`
    return refused(found, adviseOnRedirect(location, url))
  }
  if (status !== 200) return judgeRefusal(answer, status)
  const type = headers['content-type'] ?? 'nothing'
  if (!/^text\/event-stream\s*(?:;|$)/i.test(type)) {
    const advice = `Something else than Runnel answers at ${url.origin}. Is the address right?`
    return refused(`expected an event stream, got ${shown(type)}`, advice)
  }
  const encoding = headers['content-encoding'] ?? 'identity'
  if (encoding === 'identity') return undefined
  const found = `expected the stream as it is, got it compressed (Content-Encoding: ${shown(encoding)})`
  return refused(found, COMPRESSED)
}

async function judgeRefusal(answer: IncomingMessage, status: number): Promise<Opening> {
  const body = await readBody(answer)
  // Some statuses allow no body, not even an empty one.
  const response = new Response(body === '' ? null : body, {
    status,
    statusText: answer.statusMessage ?? '',
  })
  const { message, isRetryable } = await refusalOf(response)
  const found = printable(message)
  // A proxy that does not have the route yet answers 404.
  return isRetryable || status === 404
    ? notYet(found)
    : refused(found, status === 407 ? PROXY_CREDENTIALS : undefined)
}

function adviseOnRedirect(location: string, url: URL): string | undefined {
  const target = URL.parse(location, url.href)
  if (target === null || target.origin === 'null') return undefined
  // Any other path may hold a secret, such as that of a login.
  const [, prefix = ''] = /^(.*?)\/stream\//.exec(target.pathname) ?? []
  return `Check where it leads to: runnel check ${target.origin}${prefix}`
}
