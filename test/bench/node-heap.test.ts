import { once } from 'node:events'
import { expect, test } from 'vitest'
import { spawnChild } from '../support/child-process.ts'
import { readHeap } from '../../bench/processes/node-heap.ts'
import { freePort } from '../../rig/servers/free-port.ts'

const MEBIBYTE = 1024 ** 2

/** Holds a million objects until it is told to let go of them. */
const PROGRAM = `
  let held = Array.from({ length: 1e6 }, (_, index) => ({ index }))
  console.log(held.length)
  process.stdin.once('data', () => console.log(held = 0))`

test('the heap of a program is what it still holds', async () => {
  const port = await freePort()
  const args = [`--inspect-port=127.0.0.1:${port}`, '-e', PROGRAM]
  const running = spawnChild(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  const ended = once(running, 'exit')
  try {
    await once(running.stdout, 'data')
    const full = await readHeap(running.pid!, port)
    running.stdin.write('go on')
    await once(running.stdout, 'data')
    const empty = await readHeap(running.pid!, port)

    expect(full).toBeGreaterThan(16 * MEBIBYTE)
    expect(empty).toBeLessThan(16 * MEBIBYTE)
  } finally {
    running.kill('SIGKILL')
    await ended
  }
})
