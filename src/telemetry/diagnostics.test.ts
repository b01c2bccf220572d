import { diag } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { reportDiagnostics } from './diagnostics.ts'
import { createLogger } from './logger.ts'

const MINUTE = 60_000

const logger = createLogger('silent')
const warn = vi.spyOn(logger, 'warn')
let end: () => void

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  warn.mockClear()
  end = reportDiagnostics({}, logger)
})

afterEach(() => {
  end()
  vi.useRealTimers()
})

function lines(): readonly unknown[] {
  return warn.mock.calls.map(([fields]) => fields)
}

test('a failure that repeats is one line a minute, with its message alone', () => {
  const error = JSON.stringify({ stack: 'at send', message: 'connect ECONNREFUSED', code: 'x' })
  for (let count = 0; count < 1_000; count++) diag.error(error)
  expect(lines()).toEqual([{ problem: 'connect ECONNREFUSED', repeated: 0 }])
  vi.advanceTimersByTime(MINUTE)
  diag.error(error)
  expect(lines()).toHaveLength(2)
  expect(lines()[1]).toEqual({ problem: 'connect ECONNREFUSED', repeated: 999 })
})

test('problems that differ in a number alone are the same', () => {
  for (let count = 0; count < 100; count++) diag.warn(`Dropped ${count} spans`)
  expect(lines()).toEqual([{ problem: 'Dropped 0 spans', repeated: 0 }])
})

test('problems that are always worded anew make no flood, and later ones are written again', () => {
  const words = Array.from({ length: 500 }, (_, index) => 'x'.repeat(index + 1))
  for (const word of words) diag.warn(word)
  expect(lines()).toHaveLength(20)
  vi.advanceTimersByTime(MINUTE)
  diag.warn('another')
  expect(lines()).toHaveLength(21)
})

test('nothing is written after its end, nor of what is no problem', () => {
  diag.info('Export retry')
  end()
  diag.error('late')
  expect(lines()).toEqual([])
})
