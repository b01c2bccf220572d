import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'undici'
import { ChannelContent } from './channel-content.ts'
import type {
  Answer,
  Command,
  Judgement,
  Published,
  SeenChannel,
  SubscribeOptions,
} from './commands.ts'
import { DeliveryCounter } from './delivery-counter.ts'
import { DueTimes } from './due-times.ts'
import { Endpoint } from './endpoint.ts'
import { EventLoopLag } from './event-loop-lag.ts'
import { HeldBackEvents } from './held-back-events.ts'
import { judge, seeChannels } from './judge.ts'
import { monotonicNow } from './monotonic-clock.ts'
import { PayloadReader } from './payload.ts'
import { createPublishPool } from './publish-pool.ts'
import { PublishRecord } from './publish-record.ts'
import { Publisher } from './publisher.ts'
import type { Recording } from './recording.ts'
import { resolveServer, type Server } from './server.ts'
import { SubscriberRecorder } from './subscriber-recorder.ts'
import { Subscribers } from './subscribers.ts'
import { TallyRecorder } from './tally-recorder.ts'
import type { Tally } from './tally.ts'

/** Milliseconds between two judgements while something is missing. */
const JUDGE_AGAIN = 100
/** Milliseconds after the last delivery, in which a repeated event would come. */
const SILENCE = 200
/** Connections for publishes, each with one request at a time. */
const PUBLISH_CONNECTIONS = 64

type Prepare = Command & { kind: 'prepare' }

/** Makes the load on one server: subscribers that record what they get, and a publisher. */
export class Driver {
  readonly #hasPositions: boolean
  readonly #subscribers: Subscribers
  readonly #publisher: Publisher
  readonly #pool: Pool
  readonly #record: PublishRecord
  readonly #tally = new TallyRecorder()
  readonly #lag = new EventLoopLag()
  readonly #deliveries = new DeliveryCounter()
  readonly #recording: Recording
  readonly #channels = new Map<
    string,
    { channel: string; content: ChannelContent; subscribers: SubscriberRecorder[] }
  >()

  /** Resolves the names in the address. */
  static async prepare(command: Prepare): Promise<Driver> {
    const { address } = command
    const publishing = { url: address.publishUrl, connectTo: address.connectTo }
    const [server, publishEndpoint] = await Promise.all([
      resolveServer(address, command.driver),
      Endpoint.resolve(publishing),
    ])
    return new Driver(command, server, publishEndpoint)
  }

  private constructor(
    { address, channels, runId }: Prepare,
    server: Server,
    publishEndpoint: Endpoint,
  ) {
    const { dialect } = server
    this.#hasPositions = dialect.isRunnel
    this.#recording = {
      tally: this.#tally,
      payload: new PayloadReader(runId),
      hasPositions: dialect.isRunnel,
      heldBack: new HeldBackEvents(this.#tally, (now) => this.#lag.punctualSince(now)),
      onDelivery: () => {
        this.#deliveries.add()
      },
    }
    this.#subscribers = new Subscribers(server, channels, (channel, options) =>
      this.#observe(channel, options),
    )
    this.#record = new PublishRecord(channels)
    this.#pool = createPublishPool(publishEndpoint, PUBLISH_CONNECTIONS)
    this.#publisher = new Publisher({
      pool: this.#pool,
      dialect,
      address,
      basePath: publishEndpoint.basePath,
      channels,
      runId,
      record: this.#record,
      tally: this.#tally,
    })
  }

  start(): void {
    this.#lag.start()
    this.#tally.start()
    this.#subscribers.start()
  }

  async close(): Promise<void> {
    this.#lag.close()
    await this.#subscribers.close()
    await this.#pool.destroy()
  }

  takeTally(): Tally {
    return this.#tally.take(this.#subscribers.gauges(), this.#lag.takeLongest() / 1_000)
  }

  /** Ends early once the signal is aborted. */
  async carryOut(
    command: Exclude<Command, { kind: 'prepare' | 'stop' }>,
    signal: AbortSignal,
  ): Promise<Answer> {
    switch (command.kind) {
      case 'subscribe':
        await this.#subscribers.open(command.options, signal)
        break
      case 'unsubscribe':
        this.#subscribers.unsubscribe(command.count)
        break
      case 'cut':
        this.#subscribers.cut(command.count)
        break
      case 'read-at-once':
        this.#subscribers.readAtOnce()
        for (const recorder of this.#recorders()) recorder.expectRest()
        break
      case 'publish':
        await this.#publisher.publish(command.options, signal)
        break
      case 'publish-at-once':
        await this.#publisher.publishAtOnce(command, signal)
        break
      case 'saturate': {
        const { open } = this.#subscribers.gauges()
        await this.#publisher.saturate(command, this.#deliveries, open, signal)
        break
      }
      case 'published':
        return { kind: 'published', published: { channels: this.#record.channels } }
      case 'await-events':
        await this.#awaitEvents(command.published, command.limit, [], signal)
        return { kind: 'seen', seen: this.#see(command.published) }
      case 'judge': {
        const { published, seen, oneByOne = false } = command
        await this.#awaitEvents(published, command.limit, seen, signal)
        await sleep(SILENCE, undefined, { signal }).catch(() => undefined)
        const judgement = this.#withoutLag(() => {
          this.#finishRecords(published)
          return this.#judgeNow(published, seen, oneByOne)
        })
        return { kind: 'judged', judgement }
      }
    }
    return { kind: 'done' }
  }

  async #awaitEvents(
    published: Published,
    limit: number,
    seen: readonly SeenChannel[],
    signal: AbortSignal,
  ): Promise<void> {
    const end = monotonicNow() + limit * 1e6
    for (;;) {
      const start = monotonicNow()
      const { lost } = this.#withoutLag(() => this.#judgeNow(published, seen))
      if (lost === 0 || start >= end || signal.aborted) return
      // The more subscribers there are, the longer judging takes, and what they still get must be read meanwhile.
      const judging = (monotonicNow() - start) / 1_000
      await sleep(Math.max(JUDGE_AGAIN, judging), undefined, { signal }).catch(() => undefined)
    }
  }

  #finishRecords(published: Published): void {
    const now = monotonicNow()
    const recordsByChannel = Map.groupBy(published.channels, ({ channel }) => channel)
    for (const { channel, subscribers } of this.#channels.values()) {
      const dues = new DueTimes(recordsByChannel.get(channel) ?? [])
      for (const subscriber of subscribers) subscriber.finish(now, dues)
    }
  }

  #judgeNow(published: Published, seen: readonly SeenChannel[], oneByOne = false): Judgement {
    return judge([...this.#channels.values()], published, this.#hasPositions, seen, oneByOne)
  }

  #see(published: Published): readonly SeenChannel[] {
    return this.#hasPositions ? seeChannels([...this.#channels.values()], published) : []
  }

  /** Judging takes a while, and makes nothing late where all has come. */
  #withoutLag(action: () => Judgement): Judgement {
    this.#lag.tick()
    const judgement = action()
    if (judgement.lost === 0) this.#lag.skip()
    return judgement
  }

  #recorders(): readonly SubscriberRecorder[] {
    return Array.from(this.#channels.values()).flatMap(({ subscribers }) => subscribers)
  }

  #observe(channel: string, options: SubscribeOptions): SubscriberRecorder {
    let received = this.#channels.get(channel)
    if (received === undefined) {
      received = { channel, content: new ChannelContent(), subscribers: [] }
      this.#channels.set(channel, received)
    }
    const recorder = new SubscriberRecorder(this.#recording, received.content, options)
    received.subscribers.push(recorder)
    return recorder
  }
}
