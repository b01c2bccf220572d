import { expect, test } from 'vitest'
import { ClientAuthority } from '../../../../test/support/client-certificates.ts'
import { ask, frontProxyOf, USER } from '../../../../test/support/metrics-api.ts'
import {
  SECRET_KEY,
  type MetricsRegistration,
} from '../../../../test/support/metrics-registration.ts'
import {
  keepLooking,
  startReplicas,
  type Replica,
} from '../../../../test/support/rotating-replicas.ts'
import { MetricsServer } from '../metrics-server.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const PATH = '/apis/custom.metrics.k8s.io/v1beta2'

/** An API server that learns of a changed APIService some minutes later, and opens a connection for each request. */
class Aggregator {
  #known: readonly string[] = []
  readonly #seen: { readonly bundles: readonly string[]; readonly at: number }[] = []

  /** Takes note of the bundles, and knows those of five minutes ago. */
  watch({ bundles }: MetricsRegistration, uptime: number): void {
    this.#seen.push({ bundles, at: uptime })
    const known = this.#seen.findLast(({ at }) => at <= uptime - 5 * MINUTE)
    this.#known = known?.bundles ?? bundles
  }

  get bundles(): readonly string[] {
    return this.#known
  }
}

test('a rotation under traffic fails no request', async () => {
  const clients = await ClientAuthority.create()
  const frontProxy = frontProxyOf(clients, 'front-proxy-client')
  const identity = await clients.issue('front-proxy-client')
  const { time, registration, replicas } = startReplicas(2)
  await using servers = new AsyncDisposableStack()
  const ports = await Promise.all(
    replicas.map(async (replica) => {
      const server = await startServer(replica)
      servers.defer(async () => server.close())
      return server.port
    }),
  )
  const aggregator = new Aggregator()
  const presented = new Set<string | undefined>()

  async function startServer(replica: Replica) {
    const server = new MetricsServer({
      subscribers: () => undefined,
      isSynced: () => true,
      frontProxy: () => frontProxy,
      certificate: () => replica.certificate,
      report: (error) => {
        throw error
      },
    })
    const { port } = await server.start({ host: '127.0.0.1', port: 0 })
    return { port, close: async () => server.close() }
  }

  /** Every replica looks in turn; after each, the aggregator asks all of them with the trust that it has. */
  async function run(duration: number, interval: number) {
    for (let passed = 0; passed < duration; passed += interval) {
      for (const replica of replicas) {
        await replica.advance()
        aggregator.watch(registration, time.uptime)
        for (const ca of aggregator.bundles) {
          for (const port of ports) {
            const options = { ca, ...identity, headers: USER, agent: false as const }
            expect(await ask(port, PATH, options)).toMatchObject({ status: 200 })
          }
        }
        presented.add(replica.authority)
      }
      time.pass(interval)
    }
  }

  await keepLooking(time, replicas, 20 * MINUTE)
  const old = registration.bundles
  await run(5 * MINUTE, MINUTE)
  registration.put({ metadata: SECRET_KEY })
  await run(30 * MINUTE, MINUTE)
  await run(28 * HOUR, HOUR)

  expect(presented.size).toBe(2)
  expect(replicas.map(({ authority }) => authority)).not.toContain([...presented][0])
  for (const bundle of registration.bundles) expect(old).not.toContain(bundle)
})
