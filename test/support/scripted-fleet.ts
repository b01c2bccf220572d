import { vi } from 'vitest'
import { Hub } from '../../src/hub/hub.ts'
import { NO_STREAM_TRACING } from '../../src/hub/stream-tracing.ts'
import { NO_OBSERVER } from './no-observer.ts'
import type { Start } from '../../src/hub/reader.ts'
import { LogUnavailable } from '../../src/log/event-log.ts'
import { HubClient, passTurns } from './clients/hub-client.ts'
import { ScriptedHistory } from './scripted-history.ts'
import { ScriptedLog } from './scripted-log.ts'

/** A step of a script: something happens to the log, a pod or a client. Pods and clients have numbers. */
export type Step = LogStep | ClientStep

export type LogStep =
  | { do: 'publish'; channel: string; lengths: readonly number[] }
  | { do: 'notify'; pod: number; how: ScriptedLog['notifying'] }
  | { do: 'deliver-late'; pod: number; order: 'in-order' | 'newest-first' }
  | { do: 'trim'; channel: string; count: number }
  | { do: 'fail-over'; lost: number }
  | { do: 'flush' }
  | { do: 'doubt'; pod: number }
  | { do: 'answer'; pod: number; how: ScriptedLog['answering']; areRepliesLate: boolean }
  | { do: 'release'; pod: number; index: number }
  | { do: 'pass'; turns: number }
  | { do: 'wait'; ms: number }

export type ClientStep =
  | { do: 'open'; client: number; pod: number; from: Start['from'] }
  | { do: 'poll'; client: number; pod: number; from: Start['from']; limit: number; count: number }
  | { do: 'break'; client: number; bytes: number }
  | { do: 'stick'; client: number }
  | { do: 'drain'; client: number; writes: number }
  | { do: 'close'; client: number }

/** Bounds so small that scripts of a few steps reach them. */
const SETTINGS = {
  heartbeat: 15_000,
  retry: 3_000,
  maxAge: 3_600_000,
  subscriberBuffer: 2_000,
  subscriberStall: 3_600_000,
}
const MEMORY = { readMemory: 100_000, bodyLimit: 1_000 }

/** Rounds of a second after which all faults must have healed. */
const HEALING_ROUNDS = 30

/** Two hubs on one scripted history, and clients that move between them. Needs fake timers. */
export class ScriptedFleet {
  readonly history = new ScriptedHistory()
  readonly #logs = [new ScriptedLog(this.history), new ScriptedLog(this.history)]
  readonly #errors: unknown[] = []
  readonly #hubs = this.#logs.map(
    (log) =>
      new Hub({
        log,
        settings: () => ({
          ...SETTINGS,
          flushInterval: this.#flushInterval,
          historyEvents: this.#historyEvents,
        }),
        memory: MEMORY,
        observer: {
          ...NO_OBSERVER,
          closed: (_stream, _reason, error) => {
            if (error !== undefined) this.#errors.push(error)
          },
        },
        tracing: NO_STREAM_TRACING,
        retryAfterClose: () => 1_000,
      }),
  )
  readonly #clients: readonly HubClient[]
  readonly #polling = new Set<HubClient>()
  #published = 0
  readonly #flushInterval: number
  readonly #historyEvents: number

  /** A client for each selection of channels. */
  constructor(selections: readonly (readonly string[])[], flushInterval = 0) {
    this.#flushInterval = flushInterval
    // A quarter of them may wait for a flush.
    this.#historyEvents = flushInterval === 0 ? 8 : 32
    for (const hub of this.#hubs) hub.start()
    this.#clients = selections.map(
      (channels) =>
        new HubClient(this.history.ledger, channels, channels.length > 1 ? 'chunked' : 'raw'),
    )
  }

  async run(step: Step): Promise<void> {
    if ('client' in step) this.#runClient(step)
    else await this.#runLog(step)
  }

  /**
   * Heals all faults and lets every client come back; then each must reach the top. Returns the problems: errors of
   * the hubs, faults that clients found, or else the clients that are not at the top.
   */
  async settle(): Promise<readonly unknown[]> {
    for (const log of this.#logs) {
      log.answering = 'at-once'
      log.notifying = 'at-once'
      log.release()
    }
    await passTurns(2)
    for (let round = 0; round < HEALING_ROUNDS; round++) {
      for (const log of this.#logs) log.invalidate()
      for (const [index, client] of this.#clients.entries()) {
        client.isStuck = false
        if (!client.isOpen && !this.#polling.has(client)) client.open(this.#hub(index))
      }
      vi.advanceTimersByTime(1_000)
      await passTurns(8)
      const wrong = [...this.#errors, ...this.#clients.flatMap(({ objections }) => objections)]
      if (wrong.length > 0 || this.#clients.every((client) => this.#isAtTop(client))) return wrong
    }
    const late = this.#clients.filter((client) => !this.#isAtTop(client))
    return late.map(({ channels, cursor }) => `a client of ${channels.join()} is at ${cursor}`)
  }

  close(): void {
    for (const client of this.#clients) client.leave()
    for (const hub of this.#hubs) hub.close()
  }

  async #runLog(step: LogStep): Promise<void> {
    switch (step.do) {
      case 'publish': {
        const data = step.lengths.map((length) => `${++this.#published}`.padEnd(length, 'x'))
        this.history.publish(step.channel, ...data)
        return
      }
      case 'notify':
        this.#log(step.pod).notifying = step.how
        return
      case 'deliver-late':
        return this.#log(step.pod).deliverLate(step.order)
      case 'trim':
        return this.history.trim(step.channel, step.count)
      case 'fail-over':
        return this.history.failOver(step.lost)
      case 'flush':
        return this.history.flush()
      case 'doubt':
        return this.#log(step.pod).invalidate()
      case 'answer':
        this.#log(step.pod).answering = step.how
        this.#log(step.pod).areRepliesLate = step.areRepliesLate
        return
      case 'release':
        return this.#log(step.pod).release(step.index)
      case 'pass':
        return passTurns(step.turns)
      case 'wait':
        vi.advanceTimersByTime(step.ms)
        return
    }
  }

  #runClient(step: ClientStep): void {
    const client = this.#clients[step.client % this.#clients.length]!
    const isIdle = !client.isOpen && !this.#polling.has(client)
    switch (step.do) {
      case 'open':
        if (isIdle) client.open(this.#hub(step.pod), step.from)
        return
      case 'poll':
        if (isIdle) void this.#poll(client, step)
        return
      case 'break':
        return client.leave(step.bytes)
      case 'stick':
        client.isStuck = true
        return
      case 'drain':
        client.sink?.drain(step.writes)
        return
      case 'close':
        if (client.isOpen) client.subscriber?.close('shed')
    }
  }

  async #poll(
    client: HubClient,
    { pod, limit, from, count }: Extract<ClientStep, { do: 'poll' }>,
  ): Promise<void> {
    this.#polling.add(client)
    try {
      await client.poll(this.#hub(pod), limit, from, count)
    } catch (error) {
      if (!(error instanceof LogUnavailable)) client.objections.push(error)
    } finally {
      this.#polling.delete(client)
    }
  }

  #isAtTop(client: HubClient): boolean {
    return client.isAt(client.channels.map((channel) => this.history.top(channel)))
  }

  #hub(index: number): Hub {
    return this.#hubs[index % this.#hubs.length]!
  }

  #log(index: number): ScriptedLog {
    return this.#logs[index % this.#logs.length]!
  }
}
