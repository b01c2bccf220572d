import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'undici'
import type { Address, PublishOptions } from './commands.ts'
import type { DeliveryCounter } from './delivery-counter.ts'
import type { Dialect } from './dialects.ts'
import { monotonicNow } from './monotonic-clock.ts'
import { checkPayloadOptions, UNTIMED, writePayload } from './payload.ts'
import type { PublishRecord } from './publish-record.ts'
import { NO_POSITION_GIVEN, REFUSED, UNKNOWN } from './published-events.ts'
import type { TallyRecorder } from './tally-recorder.ts'
import { untilAborted } from './until-aborted.ts'

/**
 * Milliseconds for a publish, from when it is sent to the end of its answer, with its wait for a connection: a server
 * that hangs holds a run up by no more. Runnel itself answers within some seconds, even while its log is away.
 */
const DEADLINE = 10_000

/** Seconds that `saturate` waits for the deliveries of one event. */
const STALLED = 10

export interface PublisherParts {
  readonly pool: Pool
  readonly dialect: Dialect
  readonly address: Address
  /** The path of the address, which stands before all others. */
  readonly basePath: string
  readonly channels: readonly string[]
  readonly runId: string
  readonly record: PublishRecord
  readonly tally: TallyRecorder
  /** Milliseconds, after which the outcome of a publish is unknown. */
  readonly deadline?: number
}

/** Publishes to the channels by turns. A publish is never repeated: its record says `unknown` instead. */
export class Publisher {
  readonly #parts: PublisherParts
  readonly #deadline: number
  #turn = 0

  constructor(parts: PublisherParts) {
    this.#parts = parts
    this.#deadline = parts.deadline ?? DEADLINE
  }

  /**
   * Publishes at fixed times, whatever the server does: a timer that is late publishes all that is due, nothing is left
   * out, and the latency of each event counts from the time that was meant for it. So a server that stalls is charged
   * for every event of its stall.
   */
  async publish({ rate, seconds, bytes }: PublishOptions, signal: AbortSignal): Promise<void> {
    checkPayloadOptions(this.#parts.runId, bytes)
    const answers = new PendingAnswers()
    const start = monotonicNow()
    const total = Math.round(rate * seconds)
    for (let sent = 0; sent < total && !signal.aborted;) {
      const due = start + (sent / rate) * 1e6
      const now = monotonicNow()
      if (due <= now) {
        answers.add(this.#send(this.#nextChannel(), due, bytes))
        sent++
      } else {
        await sleepUntilAborted(Math.ceil((due - now) / 1_000), signal)
      }
    }
    await answers.all()
  }

  /**
   * Publishes so many events to each channel, with so many under way. A slow server gets them later: they count in no
   * latency. Rejects if as many as are under way get no answer, and leaves the others out.
   */
  async publishAtOnce(
    { events, bytes, inFlight }: { events: number; bytes: number; inFlight: number },
    signal: AbortSignal,
  ): Promise<void> {
    checkPayloadOptions(this.#parts.runId, bytes)
    let left = events * this.#parts.channels.length
    const publishInTurn = async () => {
      while (left > 0 && !signal.aborted) {
        left--
        const deadline = this.#startDeadline()
        await this.#send(this.#nextChannel(), UNTIMED, bytes, deadline)
        // Each further one would wait as long again at a server that hangs.
        if (deadline.aborted) return
      }
    }
    await Promise.all(Array.from({ length: Math.max(1, inFlight) }, publishInTurn))
    if (left > 0 && !signal.aborted) {
      const seconds = this.#deadline / 1_000
      throw new Error(
        `the server left ${inFlight} publishes without an answer for ${seconds} s, so ${left} events of a backlog were not published`,
      )
    }
  }

  /**
   * Publishes to the first channel, each event as soon as the subscribers have all but `inFlight - 1` of the earlier
   * ones. Rejects if these do not come.
   */
  async saturate(
    { inFlight, seconds, bytes }: { inFlight: number; seconds: number; bytes: number },
    deliveries: DeliveryCounter,
    subscribers: number,
    signal: AbortSignal,
  ): Promise<void> {
    checkPayloadOptions(this.#parts.runId, bytes)
    if (subscribers === 0) throw new Error('expected subscribers of this driver before saturate')
    const answers = new PendingAnswers()
    const before = deliveries.count
    const end = monotonicNow() + seconds * 1e6
    for (let sent = 0; monotonicNow() < end && !signal.aborted; sent++) {
      await deliveries.reach(before + (sent - inFlight + 1) * subscribers, STALLED)
      answers.add(this.#send(0, monotonicNow(), bytes))
    }
    await answers.all()
  }

  #nextChannel(): number {
    return this.#turn++ % this.#parts.channels.length
  }

  #startDeadline(): AbortSignal {
    return AbortSignal.timeout(this.#deadline)
  }

  /** Never rejects. */
  async #send(
    channel: number,
    time: number | typeof UNTIMED,
    bytes: number,
    deadline = this.#startDeadline(),
  ): Promise<void> {
    const { channels, dialect, record, runId, tally } = this.#parts
    const isUntimed = time === UNTIMED
    const due = isUntimed ? monotonicNow() : time
    const mark = isUntimed ? UNTIMED : ''
    const number = record.begin(channel, due)
    tally.counts.due++
    const data = writePayload(runId, due, number, bytes, mark)
    // The pool rejects a request only once it has a connection, and at a server that hangs there may be none.
    const outcome = await untilAborted(
      deadline,
      this.#post(channels[channel]!, data, deadline),
    ).catch(() => UNKNOWN)
    record.settle(channel, number, outcome)
    const isUnknown = outcome === UNKNOWN || (dialect.isRunnel && outcome === NO_POSITION_GIVEN)
    if (isUnknown) tally.counts.unknownPublishes++
    else if (outcome === REFUSED) tally.counts.refusedPublishes++
    else tally.counts.published++
    if (outcome !== UNKNOWN && !isUntimed) {
      tally.histograms.publish.record(monotonicNow() - due)
    }
  }

  async #post(channel: string, data: string, signal: AbortSignal): Promise<string> {
    const { address, basePath, dialect, pool } = this.#parts
    const { method, path, headers, body } = dialect.publish(channel, data)
    const answer = await pool.request({
      method,
      path: basePath + path,
      headers: { ...address.headers, ...address.publishHeaders, ...headers },
      body,
      signal,
    })
    const text = await answer.body.text()
    // Runnel has the event, but no replica has confirmed it: a fail-over may lose it.
    if (dialect.isRunnel && answer.statusCode === 202) return UNKNOWN
    if (answer.statusCode >= 200 && answer.statusCode < 300) return dialect.positionOf(text)
    // A server, or a proxy before it, that answers with one of the others may have passed the event on.
    return answer.statusCode < 500 || answer.statusCode === 507 ? REFUSED : UNKNOWN
  }
}

/** Answers that are still awaited; those that came are let go. */
class PendingAnswers {
  readonly #answers = new Set<Promise<void>>()

  add(answer: Promise<void>): void {
    this.#answers.add(answer)
    void answer.finally(() => this.#answers.delete(answer))
  }

  async all(): Promise<void> {
    await Promise.all(this.#answers)
  }
}

async function sleepUntilAborted(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined)
}
