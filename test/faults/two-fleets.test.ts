/** Two fleets share the servers, the channels and the idempotency keys, and tell themselves apart by a prefix alone. */
import { expect, test } from 'vitest'
import { RedisCluster } from '../../rig/servers/redis-cluster.ts'
import { channelKeys } from '../../src/redis/keys.ts'
import { capacityDocument, type CapacityStatus } from '../../src/schema/capacity-status.ts'
import { Recording } from '../history/recording.ts'
import { eventually } from '../support/eventually.ts'
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

function epochsOf({ entries }: Recording): readonly string[] {
  const positions = entries.flatMap((entry) =>
    entry.kind === 'accepted' ? [entry.position] : entry.kind === 'received' ? [entry.id] : [],
  )
  return [...new Set(positions.map((position) => position.split('-')[0]!))]
}

async function readCapacity(url: string): Promise<CapacityStatus> {
  return capacityDocument.parse(await (await fetch(`${url}/health/stream-capacity`)).json())
}
