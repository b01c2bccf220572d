/** Two fleets share the servers, the channels and the idempotency keys, and tell themselves apart by a prefix alone. */
import { expect, test } from 'vitest'
import { RedisCluster } from '../../rig/servers/redis-cluster.ts'
import { channelKeys } from '../../src/redis/keys.ts'
import { capacityDocument, type CapacityStatus } from '../../src/schema/capacity-status.ts'
import { Recording } from '../history/recording.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { publishText } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { OtlpReceiver } from '../support/otlp-receiver.ts'
import { failOver, TAIL_LOST } from './fail-over.ts'
import { Pods } from './pods.ts'
import { expectNoBreach } from './report.ts'
import { CHANNEL, runWithFault } from './run-with-fault.ts'

/** One prefix begins the other, and both look like a name of the other fleet. */
const PREFIXES = ['shop', 'shop:traces'] as const

test('two fleets with different prefixes on one cluster hear nothing of each other, through a fail-over', async () => {
  await using cluster = await RedisCluster.start()
  const start = async (prefix: string) =>
    Pods.start(2, [`--redis-url=${cluster.url}`, `--redis-prefix=${prefix}`, '--max-streams=50'])
  await using one = await start(PREFIXES[0])
  await using other = await start(PREFIXES[1])
  // All keys of a channel are in one slot, whatever the prefix: the fault is the same for both.
  const { slot } = channelKeys(CHANNEL, { prefix: PREFIXES[0], isCluster: true, db: 0 })
  const over = failOver.bind(undefined, 'killed', async () => cluster.nodeOf(slot))
  const fault = Promise.withResolvers<undefined>()
  let waiting = 2
  const faultForBoth = async () => {
    waiting--
    if (waiting === 0) over().then(() => fault.resolve(undefined), fault.reject)
    await fault.promise
  }
  const recordings = [new Recording(), new Recording()]
  const verdicts = await Promise.all(
    [one, other].map(async ({ url }, index) =>
      runWithFault({
        url,
        perKind: 1,
        recording: recordings[index]!,
        fault: faultForBoth,
        allowedGaps: TAIL_LOST,
      }),
    ),
  )
  for (const [index, verdict] of verdicts.entries()) {
    await expectNoBreach(`two fleets on a cluster, fail-over: ${PREFIXES[index]}`, verdict)
    expect(verdict.accepted).toBeGreaterThan(0)
  }
  // An epoch is a random name: one that both have met would be of a history that they share.
  const [mine, theirs] = recordings.map(epochsOf)
  expect(Math.min(mine!.length, theirs!.length)).toBeGreaterThan(0)
  expect(mine!.filter((epoch) => theirs!.includes(epoch))).toEqual([])

  for (const { url } of [one, other]) {
    await eventually(async () => {
      const { fleet } = await readCapacity(url)
      expect(fleet).toMatchObject({ pods: 2, limit: 100 })
    })
  }
})

test('two fleets with different prefixes share neither traces nor the limit of an address', async () => {
  await using cluster = await RedisCluster.start()
  await using parts = new AsyncDisposableStack()
  const start = async (prefix: string) => {
    const receiver = parts.use(await OtlpReceiver.start())
    const flags = [`--redis-url=${cluster.url}`, `--redis-prefix=${prefix}`, '--max-per-address=1']
    const { url } = parts.use(await Pods.start(2, flags, { env: receiver.env }))
    return { url, receiver }
  }
  const fleets = [await start(PREFIXES[0]), await start(PREFIXES[1])]

  for (const { url } of fleets) {
    const first = parts.use(await EventStream.open(`${url}/stream/${CHANNEL}`))
    await first.event('runnel.open')
  }
  // Each fleet counts its own stream still. The load balancer leads the second one to the other pod.
  for (const { url } of fleets) {
    await using second = await EventStream.open(`${url}/stream/${CHANNEL}`)
    const { data } = await second.event('runnel.full')
    expect(JSON.parse(data)).toMatchObject({ reason: 'client' })
  }

  // In turns: a pod that heard a foreign publish would write of it before it writes of the next of its own fleet.
  for (const count of [1, 2]) {
    for (const { url, receiver } of fleets) {
      await publishText(url, CHANNEL, 'traced')
      await receiver.take('publish', count)
      await receiver.take('fan-out', 2 * count)
    }
  }
  for (const { receiver } of fleets) {
    const fanOuts = receiver.named('fan-out').map(({ traceId }) => traceId)
    const publishes = receiver.named('publish').map(({ traceId }) => traceId)
    expect(fanOuts.toSorted()).toEqual([...publishes, ...publishes].toSorted())
  }
})

function epochsOf({ entries }: Recording): readonly string[] {
  const positions = entries.flatMap((entry) =>
    entry.kind === 'accepted' ? [entry.position] : entry.kind === 'received' ? [entry.id] : [],
  )
  return [...new Set(positions.map((position) => position.split('-')[0]!))]
}

async function readCapacity(url: string): Promise<CapacityStatus> {
  return capacityDocument.parse(await (await fetch(`${url}/health/stream-capacity`)).json())
}
