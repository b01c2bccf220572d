import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { readCpuTime, readResidentMemory } from '../../bench/processes/usage.ts'
import { startProcessWithChild } from '../support/process-with-children.ts'

test('a process is read with those that it has started', async () => {
  await using running = await startProcessWithChild()

  expect(readResidentMemory([running.pid])).toBeGreaterThan(64 << 20)
  expect(readCpuTime([running.pid])).toBeGreaterThan(0.4)
})

test('threads that end while they are read are no failure', async () => {
  const workers = 80
  const program = `
    const { Worker } = require('node:worker_threads')
    const run = (left) => {
      if (left === 0) process.exit()
      new Worker('', { eval: true }).on('exit', () => run(left - 1))
    }
    for (let lane = 0; lane < 4; lane++) run(${workers / 4})`
  const running = spawn(process.execPath, ['-e', program], { stdio: 'ignore' })
  const ended = once(running, 'exit')
  let reads = 0
  while (running.exitCode === null) {
    for (let batch = 0; batch < 20; batch++) {
      readCpuTime([running.pid!])
      readResidentMemory([running.pid!])
      reads++
    }
    await new Promise((resolve) => void setImmediate(resolve))
  }
  expect(await ended).toEqual([0, null])
  expect(reads).toBeGreaterThan(workers)
})
