import { pause } from '../../lib/pause.ts'
import { formatDuration } from '../../config/kinds/duration.ts'
import { DRAIN } from '../../wire/system-event-names.ts'
import { askKept } from './send-request.ts'
import { newAttempt, type CheckAttempt, type CheckOrder } from './check-arguments.ts'
import { UNREACHED } from './connection-advice.ts'
import { HEAD_HELD, NOT_AWAITED } from './delivery-advice.ts'
import { countArrived, type Delivery } from './delivery.ts'
import { judgeDelivery } from './judge-delivery.ts'
import { measureDelivery, type MeasureOptions } from './measure-delivery.ts'
import { openStream, type OpenOptions } from './open-stream.ts'
import type { NotYet } from './open-result.ts'
import { fail, type Finding, type Verdict } from './verdict.ts'

export interface DeliveryOptions extends OpenOptions, MeasureOptions {
  readonly onBegin: (attempt: CheckAttempt) => void
}

/** Wait between two attempts, in ms. */
const PAUSE = 1_000

/** Checks that events arrive on time through all proxies in front. After an abort the verdict is invalid. */
export async function checkDelivery(order: CheckOrder, options: DeliveryOptions): Promise<Verdict> {
  const { signal, onWait, onBegin } = options
  const giveUpAt = performance.now() + order.wait
  for (;;) {
    const attempt = newAttempt(order)
    onBegin(attempt)
    const { finding, hindrance } = await tryDelivery(attempt, options)
    if (hindrance === undefined || signal.aborted || performance.now() + PAUSE > giveUpAt) {
      return { check: 'delivery', ...finding }
    }
    onWait(hindrance)
    await pause(PAUSE, signal)
  }
}

interface Result {
  readonly finding: Finding
  /** A reason for failure that may soon pass, so that another attempt is worth it. */
  readonly hindrance?: string | undefined
}

async function tryDelivery(attempt: CheckAttempt, options: DeliveryOptions): Promise<Result> {
  const { signal } = options
  const opening = await openStream(attempt, options)
  if (opening.kind === 'not-yet') return { finding: await judgeAbsence(opening, attempt, signal) }
  if (opening.kind === 'refused') return { finding: opening.finding }
  const { stream } = opening
  const delivery = await measureDelivery(stream, attempt, options)
  stream.close()
  const isMissing = delivery.failure === undefined && countArrived(delivery) < attempt.events
  const kept = isMissing ? await askKept(attempt, signal) : undefined
  const finding = judgeDelivery(delivery, attempt, kept)
  return { finding, hindrance: hindranceOf(delivery) }
}

/**
 * While pods are replaced, a stream may open at the old pod while publishes reach the new one. Memory logs
 * are separate, so no event arrives until the old pod sends its closing event.
 */
function hindranceOf({ failure, hasBegun, arrivals }: Delivery): string | undefined {
  if (failure?.reason === DRAIN) return `the service asked to come back (${DRAIN})`
  const isApart = failure === undefined && hasBegun && arrivals.length === 0
  return isApart ? 'it opened and no event came, as where pods are being replaced' : undefined
}

export async function judgeAbsence(
  { reason, isSilent, isLasting, advice = UNREACHED }: NotYet,
  attempt: CheckAttempt,
  signal: AbortSignal,
): Promise<Finding> {
  const isAtOnce = isLasting && !attempt.awaitsServer
  const within = isAtOnce ? '' : ` within ${formatDuration(attempt.wait)}`
  const found = `no stream${within}: ${reason}`
  // If a poll through the same proxies is answered, they hold back the stream only.
  const isHeld = isSilent && (await askKept(attempt, signal)) !== undefined
  if (isHeld) return fail(found, `Polls are answered. ${HEAD_HELD}`)
  return fail(found, isAtOnce ? `${advice} ${NOT_AWAITED}` : advice)
}
