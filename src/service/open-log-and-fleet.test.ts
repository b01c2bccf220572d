import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { resolve } from '../config/resolve.ts'
import { SERVE_TABLE } from '../config/serve/serve-table.ts'
import { createLogger } from '../telemetry/logger.ts'
import { openLogAndFleet } from './open-log-and-fleet.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance', 'Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

test('a memory log drops what is too old though nobody asks, and leaves no timer when it is closed', async () => {
  const loaded = resolve(SERVE_TABLE, { env: {}, flags: {} })
  if (loaded.kind === 'refused') throw new Error('expected the defaults to be good')
  const shared = await openLogAndFleet(loaded, () => loaded.config, createLogger('silent'))
  const { log } = shared
  await log.append('orders', [{ name: 'message', data: 'x'.repeat(1_000) }])
  const full = Number(log.status().details['bytes'])

  vi.advanceTimersByTime(loaded.config.historyAge + 2_000)
  expect(Number(log.status().details['bytes'])).toBeLessThan(full - 1_000)

  await shared.close()
  expect(vi.getTimerCount()).toBe(0)
})
