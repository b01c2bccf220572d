import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readProcesses } from '../../loadtest/target/process-reading.ts'
import { startProcessWithChild } from '../support/process-with-children.ts'

/** Bytes and CPU seconds that the child alone has. */
const CHILD = { rss: 64 << 20, cpu: 0.5 }

test('a process is read with those that it has started', async () => {
  await using running = await startProcessWithChild()

  const { cpu = 0, rss = 0, descriptors = 0 } = readProcesses([running.pid])

  expect(rss).toBeGreaterThan(CHILD.rss)
  expect(cpu).toBeGreaterThanOrEqual(CHILD.cpu)
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
