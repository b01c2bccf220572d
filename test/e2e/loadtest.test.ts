import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { kubectl } from '../../rig/release/kubectl.ts'
import { spawnChild } from '../support/child-process.ts'
import { IMAGE } from './environment.ts'

const MAIN = fileURLToPath(new URL('../../loadtest/main.ts', import.meta.url))

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runnel-loadtest-'))
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('the load test installs a release, loads it through the ingress, and removes it', async () => {
  const { exitCode, result, output } = await loadTest(
    'fan-out',
    '--subscribers=100',
    '--seconds=10',
  )
  console.log(output)
  expect(result).toMatchObject({
    interrupted: null,
    figures: { lost: 0, duplicated: 0, reordered: 0, corrupted: 0, deadEnds: 0, mostOpen: 100 },
  })
  expect(result.figures['deliveries']).toBeGreaterThan(1_000)
  expect(result.versions).toMatchObject({ image: IMAGE })
  // The times of a busy machine are no failure of the load test.
  expect(exitCode).toBeOneOf([0, 1])
  await expectGone()
})

test('one command shows the fleet following its subscribers, and a trace across its pods', async () => {
  const { result, output } = await loadTest('autoscale', '--subscribers=100', '--seconds=10')
  console.log(output)
  expect(result).toMatchObject({
    interrupted: null,
    figures: { lost: 0, duplicated: 0, announced: 0, deadEnds: 0, lastPods: 1 },
  })
  expect(result.figures['mostPods']).toBeGreaterThanOrEqual(3)
  const replicas = result.seriesOfSeconds.map(({ fleet }) => fleet.replicas)
  expect(new Set(replicas).size).toBeGreaterThan(1)
  expect(result.trace?.pods.length).toBeGreaterThanOrEqual(2)
  for (const pod of result.trace?.pods ?? []) expect(result.trace?.drawing).toContain(pod)
  await expectGone()
})

interface Result {
  readonly figures: Readonly<Record<string, number>>
  readonly versions: Readonly<Record<string, string>>
  readonly seriesOfSeconds: readonly { readonly fleet: { readonly replicas?: number } }[]
  readonly trace?: { readonly pods: readonly string[]; readonly drawing: string }
}

/** Runs the command against the cluster under test, with the image that is there. */
async function loadTest(...args: readonly string[]) {
  const { promise, resolve } = Promise.withResolvers<{ exitCode: number; output: string }>()
  const command = [MAIN, ...args, '--target=cluster', `--out=${folder}`, '--json']
  const env = { ...process.env, CLUSTER: 'existing' }
  const child = spawnChild(process.execPath, command, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, output] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.on('close', (code) => {
    resolve({ exitCode: code ?? -1, output })
  })
  const ended = await promise
  if (!stdout.startsWith('{')) throw new Error(`expected a report, got ${stdout}\n${output}`)
  const { results } = JSON.parse(stdout) as { readonly results: readonly [Result] }
  return { ...ended, result: results[0] }
}

/** Its namespace goes, and nothing of it is left outside. */
async function expectGone(): Promise<void> {
  await kubectl('wait', '--for=delete', 'namespace/runnel-loadtest', '--timeout=2m')
  const label = '--selector=app.kubernetes.io/instance=loadtest'
  expect(await kubectl('get', 'apiservices', label, '--output=name')).toBe('')
}
