import { randomBytes } from 'node:crypto'
import { diag } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { reportDiagnostics } from './diagnostics.ts'
import { createLogger } from './logger.ts'
import { RepeatedLines } from './repeated-lines.ts'

const MINUTE = 60_000

const logger = createLogger('silent')
const warn = vi.spyOn(logger, 'warn')
let repeated: RepeatedLines
let end: () => void

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  warn.mockClear()
  repeated = new RepeatedLines(logger)
  end = reportDiagnostics({}, logger, repeated)
})

afterEach(() => {
  end()
  repeated.close()
  vi.useRealTimers()
})

function lines(): readonly unknown[] {
  return warn.mock.calls.map(([fields, message]) => ({ ...(fields as object), message }))
}

function exportError(message: string): string {
  return JSON.stringify({ stack: 'at send', message, code: 'x' })
}

test('failed exports are one line a minute with the message alone, however each of them failed', () => {
  for (let count = 0; count < 1_000; count++) {
    diag.error(exportError('connect ECONNREFUSED'))
    diag.error(exportError('Timeout'))
    diag.warn(`Dropped ${count} spans because maxQueueSize reached`)
  }
  const message = 'spans cannot be sent'
  expect(lines()).toEqual([{ problem: 'connect ECONNREFUSED', count: 1, message }])
  expect(repeated.suppressed).toBe(2_999)
  vi.advanceTimersByTime(MINUTE)
  expect(lines().slice(1)).toEqual([{ problem: expect.any(String), count: 2_999, message }])
})

test('other problems are told apart by their words, but not by numbers and ids', () => {
  for (let count = 0; count < 100; count++) {
    diag.error(`${randomBytes(16).toString('hex')} - You can only call end() on a span once.`)
    diag.warn(`Dropped ${count} links because linkCountLimit reached`)
  }
  const message = 'telemetry has a problem'
  expect(lines()).toMatchObject([
    { problem: expect.stringContaining('call end()'), count: 1, message },
    { problem: expect.stringContaining('Dropped 0 links'), count: 1, message },
  ])
})

test('a failed push of metrics, which has a line of its own, is passed over', () => {
  diag.error(exportError('PeriodicExportingMetricReader: metrics export failed (error Error: x)'))
  diag.error('PeriodicExportingMetricReader: metrics export timed out after 100ms')
  expect(lines()).toEqual([])
})

test('nothing is written after its end, nor of what is no problem', () => {
  diag.info('Export retry')
  end()
  diag.error('late')
  expect(lines()).toEqual([])
})
