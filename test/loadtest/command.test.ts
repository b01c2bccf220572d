import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'
import { LoadTestProcess } from './support/load-test-process.ts'

let service: ServeProcess

beforeAll(async () => {
  service = await spawnServe(['--history-events=100'])
})

afterAll(async () => {
  await service[Symbol.asyncDispose]()
})

const SMALL = ['--subscribers', '40', '--rate', '20', '--seconds', '2']

test('a small run meets its thresholds, and writes what came of it', async () => {
  const { url, adminUrl } = service
  const args = ['fan-out', '--url', url, '--admin-url', adminUrl, '--drivers', '2', ...SMALL]
  await using run = await LoadTestProcess.start(args)
  expect(await run.breaches()).toEqual([])
  // 2 s of 20 events/s for 40 subscribers.
  const [result] = (await run.report()).results
  expect(result).toMatchObject({
    scenario: 'fan-out',
    figures: {
      owed: 1_600,
      lost: 0,
      duplicated: 0,
      deliveries: 1_600,
      reconnects: 0,
      mostOpen: 40,
      mostPods: 1,
    },
    interrupted: undefined,
  })
  expect(result?.phases.map(({ name }) => name)).toEqual(['connect', 'publish'])
  expect(await run.page()).toContain('</html>')
  expect(run.stdout).toMatch(/^fan-out: 1\d of 1\d thresholds met/)
  // Neither is a terminal.
  expect(run.stdout + run.stderr).not.toContain('\x1b')
})

test('a threshold that is not met fails the run', async () => {
  // The history keeps 100 events, and 500 come while the subscribers are away: gaps announce most of them.
  const args = ['reconnect-storm', '--url', service.url, ...SMALL]
  await using run = await LoadTestProcess.start(args)
  expect(await run.exited).toBe(1)
  const [result] = (await run.report()).results
  expect(result?.figures.lost).toBe(0)
  expect(result?.figures.announced).toBeGreaterThan(0)
  expect(result?.verdicts.find(({ figure }) => figure === 'announced')?.isMet).toBe(false)
  expect(run.stdout).toContain('NOT MET')
})

test('a history that is shorter than a scenario asks for is told as such, and is no loss', async () => {
  // Of the 800 events that each subscriber asks for, the server keeps 100.
  await using run = await LoadTestProcess.start(['replay', '--url', service.url, ...SMALL])
  expect(await run.exited).toBe(1)
  const [result] = (await run.report()).results
  expect(result?.figures.lost).toBe(0)
  expect(result?.figures.notReplayed).toBeGreaterThan(0)
  expect(result?.verdicts.find(({ figure }) => figure === 'notReplayed')?.isMet).toBe(false)
  expect(run.stdout).toMatch(
    /keeps less than the 800 events that subscribers asked for, .* \d+ deliveries are missing/,
  )
})

test('a server that dies and never comes back fails the run, and the report says why', async () => {
  await using doomed = await spawnServe()
  const amounts = ['--subscribers', '20', '--channels', '2', '--rate', '20', '--seconds', '10']
  await using run = await LoadTestProcess.start(['many-channels', '--url', doomed.url, ...amounts])
  // A line every five seconds.
  await eventually(() =>
    expect(run.stderr).toMatch(/publish until \d:\d\d {2}20 open .* [1-9]\d* deliveries/),
  )
  doomed.child.kill('SIGKILL')
  expect(await run.exited).toBe(1)
  const [result] = (await run.report()).results
  // What was published after the kill has no outcome, so that nobody is owed it.
  expect(result?.figures.unknownPublishes).toBeGreaterThan(0)
  expect(result?.figures).toMatchObject({ silentAtEnd: 20, cuts: 20 })
  expect(result?.figures.worstPause).toBeGreaterThan(1_000)
  expect(result?.figures.outageP99).toBeGreaterThan(1_000)
  const missed = result?.verdicts.filter(({ isMet }) => !isMet).map(({ figure }) => figure)
  expect(missed).toEqual(
    expect.arrayContaining(['unknownPublishes', 'silentAtEnd', 'connectFailures']),
  )
  for (const text of [run.stdout, await run.page()]) {
    expect(text).toMatch(/failed connects: \d+ × connect ECONNREFUSED 127\.0\.0\.1:\d+[\n<]/)
  }
})

// Were each publish to wait for its turn, the run would take as long again for every 64 of them.
const HUNG = ['--subscribers', '20', '--channels', '2', '--rate', '500']

// An event that was accepted at the moment of the stop is lost, and the judge waits 30 s for it.
test(
  'a server that hangs holds up neither a run nor its judgement',
  { timeout: 120_000 },
  async () => {
    await using hung = await spawnServe()
    const args = ['many-channels', '--url', hung.url, ...HUNG, '--seconds', '4']
    await using run = await LoadTestProcess.start(args)
    await eventually(() => expect(run.stderr).toContain('publish'))
    hung.child.kill('SIGSTOP')
    expect(await run.exited).toBe(1)
    const [result] = (await run.report()).results
    expect(result?.interrupted).toBeUndefined()
    expect(result?.figures.unknownPublishes).toBeGreaterThan(200)
    expect(result?.figures).toMatchObject({ silentAtEnd: 20, duplicated: 0, corrupted: 0 })
    expect(result?.figures.worstPause).toBeGreaterThan(1_000)
  },
)

test('a run that is interrupted at a server that hangs is judged', async () => {
  await using hung = await spawnServe()
  const args = ['many-channels', '--url', hung.url, ...HUNG, '--seconds', '600']
  await using run = await LoadTestProcess.start(args)
  await eventually(() => expect(run.stderr).toContain('publish'))
  hung.child.kill('SIGSTOP')
  // A line every five seconds.
  await eventually(() => expect(run.stderr).toMatch(/ 0 deliveries/))
  run.child.kill('SIGINT')
  expect(await run.exited).toBe(130)
  const [result] = (await run.report()).results
  expect(result).toMatchObject({
    interrupted: 'interrupted by SIGINT',
    figures: { silentAtEnd: 20, duplicated: 0, corrupted: 0 },
  })
})

test('a report is printed as JSON where that is asked for', async () => {
  const args = ['many-channels', '--url', service.url, '--json', '--channels', '10', ...SMALL]
  await using run = await LoadTestProcess.start(args)
  expect(await run.breaches()).toEqual([])
  const [result] = (await run.report()).results
  expect(JSON.parse(run.stdout)).toMatchObject({
    version: 1,
    results: [{ startedAt: result?.startedAt }],
  })
})

test.for([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('a run that %s interrupts writes what there is', async ([signal, code]) => {
  const args = ['fan-out', '--url', service.url, '--subscribers', '10', '--seconds', '600']
  await using run = await LoadTestProcess.start(args)
  // Where nothing came so far, nothing can be judged.
  await eventually(() => expect(run.stderr).toMatch(/ [1-9]\d* deliveries/))
  run.child.kill(signal)
  expect(await run.exited).toBe(code)
  const [result] = (await run.report()).results
  expect(result).toMatchObject({ interrupted: `interrupted by ${signal}`, figures: { lost: 0 } })
  expect(run.stderr.trimEnd()).toMatch(new RegExp(`interrupted by ${signal}$`))
})

test('a second signal ends a run at once', async () => {
  const args = ['fan-out', '--url', service.url, '--subscribers', '10', '--seconds', '600']
  await using run = await LoadTestProcess.start(args)
  await eventually(() => expect(run.stderr).toContain('publish'))
  run.child.kill('SIGINT')
  // The first one is judged for at least a moment in which repeated events would come.
  await eventually(() => expect(run.stderr).toContain('judge'))
  run.child.kill('SIGINT')
  expect(await run.exited).toBe(130)
  await expect(run.report()).rejects.toThrow('ENOENT')
})

test('a run whose driver is killed writes what there is, and says so', async () => {
  const args = ['fan-out', '--url', service.url, '--subscribers', '10', '--seconds', '600']
  await using run = await LoadTestProcess.start(args)
  await eventually(() => expect(run.stderr).toContain('publish'))
  process.kill(await lastDriverOf(run), 'SIGKILL')
  expect(await run.exited).toBe(1)
  const [result] = (await run.report()).results
  expect(result?.interrupted).toContain('SIGKILL')
  // Nobody knows what its subscribers got.
  expect(result?.figures.lost).toBeUndefined()
  expect(run.stderr.trimEnd().split('\n').at(-1)).toContain('a driver ended with SIGKILL')
})

test('a driver that was late itself is no slow server: the report says so', async () => {
  const args = ['fan-out', '--url', service.url, '--subscribers', '10', '--seconds', '3']
  await using run = await LoadTestProcess.start(args)
  await eventually(() => expect(run.stderr).toContain('publish'))
  const driver = await lastDriverOf(run)
  process.kill(driver, 'SIGSTOP')
  // The publisher is not stopped, and goes on to the end.
  await eventually(() => expect(run.stderr).toContain('judge'))
  process.kill(driver, 'SIGCONT')
  expect(await run.exited).toBe(1)
  const [result] = (await run.report()).results
  expect(result?.figures).toMatchObject({ lost: 0, deliveries: 600 })
  expect(result?.figures.driverLoopDelay).toBeGreaterThan(1_000)
  for (const text of [run.stdout, await run.page()]) {
    expect(text).toMatch(/a driver itself was late by up to \d{4,} ms/)
  }
})

/** The process id of a driver with subscribers: the first one publishes. */
async function lastDriverOf({ child: { pid } }: LoadTestProcess): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return Number(children.trim().split(' ').at(-1))
}
