import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { spawnChild } from '../support/child-process.ts'
import { readCpuTime, readProcesses, readResidentMemory } from '../../rig/servers/process-usage.ts'
import { startProcessWithChild } from '../support/process-with-children.ts'

/** Bytes and CPU seconds that the child alone has. */
const CHILD = { rss: 64 << 20, cpu: 0.5 }

test('a process is read with those that it has started', async () => {
  await using running = await startProcessWithChild()

  const { cpu = 0, rss = 0, descriptors = 0 } = readProcesses([running.pid])

  expect(rss).toBeGreaterThan(CHILD.rss)
  expect(readResidentMemory([running.pid])).toBeGreaterThan(CHILD.rss)
  expect(cpu).toBeGreaterThanOrEqual(CHILD.cpu)
  expect(readCpuTime([running.pid])).toBeGreaterThanOrEqual(cpu)
  expect(descriptors).toBeGreaterThan(0)
})

test('a process that is named beside its parent counts once', async () => {
  await using running = await startProcessWithChild()
  const list = execFileSync('pgrep', ['-P', String(running.pid)], { encoding: 'utf8' })
  const child = Number(list.trim())

  const { rss = 0 } = readProcesses([running.pid, child])

  expect(rss).toBeLessThan(CHILD.rss + readProcesses([child]).rss!)
})

test('of a process that has ended there is nothing, beside one that has not', async () => {
  const ended = 2 ** 22 + 1
  expect(existsSync(`/proc/${ended}`)).toBe(false)

  expect(readProcesses([ended])).toEqual({})
  expect(readProcesses([ended, process.pid]).rss).toBeGreaterThan(0)
})

/** Uses the CPU for half a second. */
const WORK = 'while (process.cpuUsage().user < 500_000);'

test.for([
  ['a thread', `new (require('node:worker_threads').Worker)('${WORK}', { eval: true })`],
  ['a process', `require('node:child_process').spawn(process.execPath, ['-e', '${WORK}'])`],
])('the CPU of %s that has ended still counts', async ([, start]) => {
  const program = `${start}.on('exit', () => console.log('ended')); process.stdin.resume()`
  const running = spawnChild(process.execPath, ['-e', program], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await once(running.stdout, 'data')

  const cpu = readCpuTime([running.pid!])

  running.stdin.end()
  await once(running, 'close')
  expect(cpu).toBeGreaterThan(0.45)
})

test('CPU is told finer than in ticks of 10 ms', () => {
  const told = new Set<number>()
  const start = usedByThisProcess()
  while (usedByThisProcess() - start < 20_000) told.add(readCpuTime([process.pid]))
  expect(told.size).toBeGreaterThan(5)
})

/** Microseconds. */
function usedByThisProcess(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

test('threads that end while they are read are no failure', async () => {
  const workers = 80
  const program = `
    const { Worker } = require('node:worker_threads')
    const run = (left) => {
      if (left === 0) process.exit()
      new Worker('', { eval: true }).on('exit', () => run(left - 1))
    }
    for (let lane = 0; lane < 4; lane++) run(${workers / 4})`
  const running = spawnChild(process.execPath, ['-e', program], { stdio: 'ignore' })
  const ended = once(running, 'exit')
  let reads = 0
  while (running.exitCode === null) {
    for (let batch = 0; batch < 20; batch++) {
      readProcesses([running.pid!])
      reads++
    }
    await new Promise((resolve) => void setImmediate(resolve))
  }
  expect(await ended).toEqual([0, null])
  expect(reads).toBeGreaterThan(workers)
})
