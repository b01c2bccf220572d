import type { IncomingMessage } from 'node:http'
import { CLOSING_EVENTS, FULL } from '../../wire/system-event-names.ts'
import { parseFields } from '../../client/parse-json.ts'
import { pause } from '../../lib/pause.ts'
import { printable } from '../terminal.ts'
import { failureOf } from '../../client/service-error.ts'
import { faultOf } from '../request/connection-fault.ts'
import { CONNECTION_ADVICE } from './connection-advice.ts'
import { ask, NoAnswer } from './send-request.ts'
import type { CheckAttempt } from './check-arguments.ts'
import { CheckStream, type ReceivedEvent } from './check-stream.ts'
import { judgeAnswer } from './judge-answer.ts'
import { notYet, refused, shown, type Opening } from './open-result.ts'

export interface OpenOptions {
  /** Called with the reason for waiting whenever it changes. */
  readonly onWait: (reason: string) => void
  readonly signal: AbortSignal
}

/** Bounds of the wait for one answer, and the pause before the next attempt, in ms. */
const ATTEMPT = { atMost: 10_000, atLeast: 1_000, pause: 500 }

const FULL_ADVICE =
  'It takes no further stream now. Raise `RUNNEL_MAX_STREAMS`, add pods, or check again when fewer ' +
  'streams are open.'

/**
 * Opens the stream, and retries while it is not available yet: after an install, a proxy needs a while
 * until it has the route. The signal ends the retries at once.
 */
export async function openStream(
  attempt: CheckAttempt,
  { onWait, signal }: OpenOptions,
): Promise<Opening> {
  const giveUpAt = performance.now() + attempt.wait
  let lastReason = ''
  for (;;) {
    const left = giveUpAt - performance.now()
    const patience = Math.max(ATTEMPT.atLeast, Math.min(ATTEMPT.atMost, left))
    const opening = await tryToOpen(attempt, patience, signal)
    if (opening.kind !== 'not-yet' || signal.aborted) return opening
    if (opening.isLasting && !attempt.awaitsServer) return opening
    if (performance.now() + ATTEMPT.pause >= giveUpAt) return opening
    if (opening.reason !== lastReason) onWait(opening.reason)
    lastReason = opening.reason
    await pause(ATTEMPT.pause, signal)
  }
}

async function tryToOpen(
  { streamUrl, service, proxy, connect, late }: CheckAttempt,
  patience: number,
  signal: AbortSignal,
): Promise<Opening> {
  let answer: IncomingMessage
  try {
    const accept = 'text/event-stream'
    answer = await ask(streamUrl, { accept, service, proxy, connect, patience, signal })
  } catch (error) {
    if (error instanceof NoAnswer) return notYet(error.message, { isSilent: true })
    const fault = faultOf(error)
    const cause = fault === undefined ? error : new Error(fault.sentence)
    const { message } = failureOf(cause, streamUrl, proxy?.shown)
    return notYet(printable(message), {
      isLasting: fault?.isLasting ?? false,
      ...(fault !== undefined && { advice: CONNECTION_ADVICE[fault.kind] }),
    })
  }
  const fault = await judgeAnswer(answer, streamUrl)
  if (fault !== undefined) {
    answer.destroy()
    return fault
  }
  const stream = CheckStream.read(answer)
  // A stream without a first event by then counts as open: the published events will show the delay.
  const first = await stream.next(AbortSignal.any([signal, AbortSignal.timeout(late)]))
  const refusal = judgeFirst(first, stream.ending)
  if (refusal === undefined) return { kind: 'open', stream }
  stream.close()
  return refusal
}

function judgeFirst(
  first: ReceivedEvent | undefined,
  ending: string | undefined,
): Opening | undefined {
  if (first === undefined) {
    return ending === undefined
      ? undefined
      : notYet(`the stream broke at once: ${printable(ending)}`)
  }
  if (first.event === FULL) {
    const { reason } = parseFields(first.data)
    return refused(`the service is at its limit (reason ${shown(String(reason))})`, FULL_ADVICE)
  }
  // A pod that drains sends a closing event; the next attempt may reach another pod.
  return CLOSING_EVENTS.has(first.event)
    ? notYet(`the service closed the stream at once (${first.event})`)
    : undefined
}
