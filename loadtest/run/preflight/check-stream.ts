import { setTimeout as wait } from 'node:timers/promises'
import type { Response } from 'undici'
import { EventStreamDecoder, type DecodedEvent } from '../../../src/wire/decode.ts'
import type { AddressClient } from './address-client.ts'
import { describeAnswer } from './describe-answer.ts'
import { NO_FINDINGS, problem, type Findings } from './findings.ts'

/** Seconds: Runnel sends its first block with the head. */
const FIRST_BLOCK = 5

/** Whether a stream of Runnel opens. */
export async function checkStream(client: AddressClient, channel: string): Promise<Findings> {
  const path = `/stream/${channel}`
  const ending = new AbortController()
  const response = await client.get(path, { signal: ending.signal })
  try {
    if (response.status !== 200) return problem(await describeAnswer(path, response))
    const type = response.headers.get('content-type') ?? 'none'
    if (!type.startsWith('text/event-stream')) {
      return problem(`${notRunnel(path)}: expected Content-Type text/event-stream, got ${type}`)
    }
    return judgeFirst(path, await readFirstEvent(response, ending.signal))
  } finally {
    ending.abort()
  }
}

function judgeFirst(path: string, first: DecodedEvent | undefined): Findings {
  if (first === undefined) {
    return problem(
      `${path} opened, and no event came within ${FIRST_BLOCK} s: something on the way holds events ` +
        'back, or it is no Runnel; npm run runnel -- check finds out what',
    )
  }
  switch (first.event) {
    case 'runnel.open':
      return NO_FINDINGS
    case 'runnel.full':
      return problem(
        `the server has no place for a stream: ${first.data}; see RUNNEL_MAX_STREAMS, ` +
          'RUNNEL_MAX_PER_ADDRESS and RUNNEL_PER_PRINCIPAL (all requests with one token are one principal)',
      )
    case 'runnel.drain':
      return problem('the server drains: wait until its successor is ready')
    default:
      return problem(`${notRunnel(path)}: expected runnel.open, got the event ${first.event}`)
  }
}

export function notRunnel(path: string): string {
  return `${path} is not Runnel (--dialect tells of another server)`
}

async function readFirstEvent(
  response: Response,
  signal: AbortSignal,
): Promise<DecodedEvent | undefined> {
  const late = wait(FIRST_BLOCK * 1_000, undefined, { signal })
  late.catch(() => {})
  const events: DecodedEvent[] = []
  const decoder = new EventStreamDecoder({ onEvent: (event) => events.push(event) })
  const reader = response.body!.getReader()
  for (;;) {
    const read = reader.read().catch(() => undefined)
    const chunk = await Promise.race([read, late])
    if (chunk?.value === undefined) return undefined
    decoder.push(chunk.value)
    if (events[0] !== undefined) return events[0]
  }
}
