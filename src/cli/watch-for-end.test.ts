import { expect, test } from 'vitest'
import { createTestIo } from '../../test/commands/command-io.ts'
import { createLogger } from '../telemetry/logger.ts'
import { RepeatedLines } from '../telemetry/repeated-lines.ts'
import { watchForEnd } from './watch-for-end.ts'

const ERROR = new Error('cannot reach redis://app:S3cr3t@redis.example:6379')

test('lines that wait for their count come before the last one', () => {
  const { lines, crash } = watch('info')

  expect(() => crash(ERROR)).toThrow('exit 1')
  expect(lines).toMatchObject([
    { msg: 'again', count: 1 },
    { msg: 'again', count: 2 },
    { msg: 'crashed', level: 'fatal', err: { message: expect.stringContaining('redis://app') } },
  ])
})

test('where no log lines are wanted, standard error tells of a crash, without secrets', () => {
  const { io, lines, crash } = watch('silent')

  expect(() => crash(ERROR)).toThrow('exit 1')
  expect(lines).toEqual([])
  expect(io.errors()).toMatch(
    /^crashed: Error: cannot reach redis:\/\/app:\[redacted\]@.*\n {4}at /,
  )
})

function watch(level: string) {
  const lines: unknown[] = []
  const logger = createLogger(level, { write: (line) => lines.push(JSON.parse(line)) })
  const repeated = new RepeatedLines(logger)
  let onUncaught: ((error: unknown) => void) | undefined
  const io = createTestIo({
    onUncaught: (listener) => {
      onUncaught = listener
      return () => {}
    },
  })
  watchForEnd(io, { logger, repeated, onFirst: 'stopping' })
  for (let time = 0; time < 3; time++) {
    repeated.write({ level: 'warn', message: 'again', fields: {} })
  }
  return { io, lines, crash: (error: unknown) => onUncaught?.(error) }
}
