import { Jaeger } from './jaeger.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { spawnServe, type ServeProcess } from './serve-process.ts'

/** How long a process holds spans, in ms, so that tests need not wait for the usual five seconds. */
const SCHEDULE_DELAY = '100'

/** Processes that share a Redis and trace to a Jaeger, all of them real. */
export class TracedFleet implements AsyncDisposable {
  readonly jaeger: Jaeger
  /** In the order of their names. */
  readonly pods: readonly ServeProcess[]
  readonly #parts: AsyncDisposableStack

  private constructor(jaeger: Jaeger, pods: readonly ServeProcess[], parts: AsyncDisposableStack) {
    this.jaeger = jaeger
    this.pods = pods
    this.#parts = parts
  }

  /** A process for each name, which it has as its pod. `env`: further variables of all. */
  static async start(
    names: readonly string[],
    {
      env = {},
      flags = [],
    }: {
      readonly env?: Readonly<Record<string, string>>
      readonly flags?: readonly string[]
    } = {},
  ): Promise<TracedFleet> {
    await using parts = new AsyncDisposableStack()
    const jaeger = parts.use(await Jaeger.start())
    const redis = parts.use(await RedisServer.start())
    const pods: ServeProcess[] = []
    for (const name of names) {
      const pod = await spawnServe([`--redis-url=${redis.url}`, ...flags], {
        env: {
          OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.otlpUrl,
          OTEL_BSP_SCHEDULE_DELAY: SCHEDULE_DELAY,
          OTEL_RESOURCE_ATTRIBUTES: `k8s.pod.name=${name},service.instance.id=${name}`,
          ...env,
        },
      })
      pods.push(parts.use(pod))
    }
    return new TracedFleet(jaeger, pods, parts.move())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts[Symbol.asyncDispose]()
  }
}
