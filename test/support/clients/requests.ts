/** Requests of tests with `fetch`; their answers are checked against the contract. */
import type { z } from 'zod'
import { pollDocument, type PollDocument } from '../../../src/schema/poll.ts'
import { problemDocument, type ProblemDocument } from '../../../src/schema/problem.ts'
import { publishDocument } from '../../../src/schema/publish.ts'

/** Publishes one event of text and returns its id. */
export async function publishText(
  url: string,
  channel: string,
  data: string,
  { event, headers }: { event?: string; headers?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  const query = event === undefined ? '' : `?${new URLSearchParams({ event }).toString()}`
  const response = await post(`${url}/publish/${channel}${query}`, 'text/plain', data, headers)
  const [id = ''] = await acceptedIds(response)
  return id
}

/** Publishes events in one body of lines and returns their ids. */
export async function publishLines(
  url: string,
  channel: string,
  events: readonly { readonly event?: string; readonly data: unknown }[],
): Promise<readonly string[]> {
  const body = events.map((event) => JSON.stringify(event)).join('\n')
  return acceptedIds(await post(`${url}/publish/${channel}`, 'application/x-ndjson', body))
}

/** Publishes `count` events, `1`, `2` and so on, and returns their ids. */
export async function publishCount(
  url: string,
  channel: string,
  count: number,
): Promise<readonly string[]> {
  const ids: string[] = []
  for (let sent = 0; sent < count; sent += 500) {
    const size = Math.min(500, count - sent)
    const events = Array.from({ length: size }, (_, index) => ({ data: String(sent + index + 1) }))
    ids.push(...(await publishLines(url, channel, events)))
  }
  return ids
}

export async function post(
  url: string,
  type: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url, { method: 'POST', body, headers: { 'Content-Type': type, ...headers } })
}

/** The ids of a publish that was accepted. */
export async function acceptedIds(response: Response): Promise<readonly string[]> {
  return (await readDocument(response, publishDocument)).ids
}

/** One poll, by its path and query. */
export async function poll(
  url: string,
  target: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<PollDocument> {
  return readDocument(await fetch(`${url}${target}`, { headers }), pollDocument)
}

/** One poll that must not be held: it asks for a wait of 55 s, and is aborted long before. */
export async function pollAtOnce(url: string, target: string): Promise<PollDocument> {
  const asked = `${url}${target}${target.includes('?') ? '&' : '?'}wait=55`
  return readDocument(await fetch(asked, { signal: AbortSignal.timeout(20_000) }), pollDocument)
}

/** A problem document (RFC 9457), whose status is that of the answer. */
export async function readProblem(response: Response): Promise<ProblemDocument> {
  const type = response.headers.get('Content-Type')
  if (type !== 'application/problem+json') {
    // The body is not read for the message, since a stream would never end.
    await response.body?.cancel()
    throw new Error(`expected a problem document, got ${type} with status ${response.status}`)
  }
  const problem = problemDocument.parse(await response.json())
  if (problem.status === response.status) return problem
  throw new Error(`expected status ${response.status} in the document, got ${problem.status}`)
}

async function readDocument<T>(response: Response, document: z.ZodType<T>): Promise<T> {
  if (response.status === 200) return document.parse(await response.json())
  throw new Error(`expected status 200, got ${response.status}: ${await response.text()}`)
}
