import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { loadKubeConfig } from '../../../src/controller/kube/load-kube-config.ts'
import { FaultProxy } from '../../support/proxies/fault-proxy.ts'
import { MEASURED, readSettledHeap, residentBytes } from '../../support/resources.ts'
import type { ControlProcess } from './control-process.ts'
import { FleetNamespace } from './fleet-namespace.ts'
import { restrictedPodSpec } from './pod-spec.ts'

/** Of others, in the namespace of the fleet. */
const UNRELATED_PODS = 5_000

/** Pods that are created at a time. */
const PARALLEL = 32

/** In ms. */
const WINDOW = 12_000

/** In bytes. All that the API server tells meanwhile; the 5,000 pods would be more than ten times as much. */
const MOST_READ = 1024 * 1024

/** In bytes. Copies of 5,000 pods would need more than twice as much. */
const MOST_GROWTH = 4 * 1024 * 1024

interface Usage {
  /** In bytes. */
  readonly resident: number
  readonly heap: number
  /** Share of one core, in percent. */
  readonly cpu: number
}

test('thousands of pods of others cost the controller nothing', async () => {
  await using space = await FleetNamespace.open('runnel-e2e-footprint')
  const server = loadKubeConfig().getCurrentCluster()?.server ?? ''
  await using proxy = await FaultProxy.start(server)
  const account = await space.account({ name: 'controller', server: proxy.url })
  const control = await space.control(account, MEASURED)
  await space.createDeployment('web', 2)
  await space.createFleet('web', { scaling: { provider: 'Direct' } })
  await space.reason('web', 'Ready', 'AsSpecified')

  const before = await measure(control)
  const readBefore = proxy.bytes.replies
  await createPods(space)
  const read = proxy.bytes.replies - readBefore
  const after = await measure(control)
  await space.api.delete(`${space.path('pods')}?labelSelector=unrelated`)

  report('without other pods', before)
  report(`beside ${UNRELATED_PODS} pods of others`, after)
  console.log(`read from the API server while they came: ${(read / 1024).toFixed(0)} KiB`)
  expect(read).toBeLessThan(MOST_READ)
  expect(after.heap - before.heap).toBeLessThan(MOST_GROWTH)
})

async function createPods(space: FleetNamespace): Promise<void> {
  const numbers = Array.from({ length: UNRELATED_PODS }, (_, index) => index).values()
  const create = async () => {
    for (const number of numbers) {
      await space.api.create(space.path('pods'), {
        metadata: { name: `unrelated-${number}`, labels: { unrelated: 'yes' } },
        spec: restrictedPodSpec(),
      })
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, create))
}

async function measure(control: ControlProcess): Promise<Usage> {
  const heap = await readSettledHeap(control)
  const begun = await cpuSeconds(control)
  await setTimeout(WINDOW)
  const cpu = ((await cpuSeconds(control)) - begun) / (WINDOW / 1_000)
  return { resident: residentBytes(control), heap, cpu: cpu * 100 }
}

/** Of all threads since the process began. */
async function cpuSeconds({ child }: ControlProcess): Promise<number> {
  const stat = await readFile(`/proc/${child.pid}/stat`, 'latin1')
  // After the name, which may hold spaces; Linux counts in hundredths of a second.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function report(when: string, { resident, heap, cpu }: Usage): void {
  const memory = `${formatMebibytes(resident)} resident, ${formatMebibytes(heap)} heap`
  console.log(`${when}: ${memory}, ${cpu.toFixed(2)} % of a core`)
}

function formatMebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`
}
