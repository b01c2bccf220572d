import { formatDuration } from '../../config/kinds/duration.ts'
import { parseFields } from '../../client/parse-json.ts'
import { CLOSING_EVENTS, PING } from '../../wire/system-event-names.ts'
import { printable } from '../terminal.ts'
import { newAttempt, type CheckArguments, type CheckOrder } from './check-arguments.ts'
import { judgeAbsence } from './check-delivery.ts'
import type { CheckStream, ReceivedEvent } from './check-stream.ts'
import { BUFFERS, CLOSED, SILENCE_CUT } from './delivery-advice.ts'
import { openStream, type OpenOptions } from './open-stream.ts'
import { fail, pass, type Finding, type Verdict } from './verdict.ts'

export interface IdleOptions extends OpenOptions {
  /** Called once the wait begins, with its length at most, in ms. */
  readonly onIdle: (heartbeat: number) => void
}

/**
 * Checks that nothing on the way cuts a stream that is as silent as the service lets it be. It takes as long as
 * the heartbeat, so it is done only if asked for. After an abort the verdict is invalid.
 */
export async function checkIdle(order: CheckOrder, options: IdleOptions): Promise<Verdict> {
  const attempt = newAttempt(order)
  // A heartbeat is a comment, unless the stream asks for an event.
  attempt.streamUrl.searchParams.set('ping', '1')
  const opening = await openStream(attempt, options)
  if (opening.kind === 'not-yet') {
    return verdict(await judgeAbsence(opening, attempt, options.signal))
  }
  if (opening.kind === 'refused') return verdict(opening.finding)
  const { stream } = opening
  try {
    return verdict(await holdSilent(stream, order, options))
  } finally {
    stream.close()
  }
}

async function holdSilent(
  stream: CheckStream,
  { late }: CheckArguments,
  { onIdle, signal }: IdleOptions,
): Promise<Finding> {
  const { opening } = stream
  const heartbeat = Number(parseFields(opening?.data ?? '')['heartbeat'])
  if (opening === undefined || !(heartbeat > 0)) {
    return fail(`the beginning of the stream did not come within ${formatDuration(late)}`, BUFFERS)
  }
  onIdle(heartbeat)
  // The service looks for silent streams a few times a heartbeat.
  const limit = AbortSignal.timeout(Math.ceil(heartbeat * 1.5 + late))
  const next = await nextSign(stream, AbortSignal.any([limit, signal]))
  const every = `the heartbeat comes every ${formatDuration(heartbeat)}`
  const after = (at: number) => `${((at - opening.at) / 1_000).toFixed(1)} s of silence`
  if (next?.event === PING) return pass(`a heartbeat came after ${after(next.at)}`)
  if (next !== undefined) return fail(`the service closed the stream (${next.event})`, CLOSED)
  if (stream.ending === undefined) return fail(`no heartbeat came, while ${every}`, BUFFERS)
  const cut = `the stream was cut after ${after(performance.now())}, while ${every}`
  return fail(`${cut}: ${printable(stream.ending)}`, SILENCE_CUT)
}

/** The next heartbeat or closing event; undefined if the stream ends or the signal aborts before it. */
async function nextSign(
  stream: CheckStream,
  signal: AbortSignal,
): Promise<ReceivedEvent | undefined> {
  for (;;) {
    const next = await stream.next(signal)
    if (next === undefined || next.event === PING || CLOSING_EVENTS.has(next.event)) return next
  }
}

function verdict(finding: Finding): Verdict {
  return { check: 'idle', ...finding }
}
