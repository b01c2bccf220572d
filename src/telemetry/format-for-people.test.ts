import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { formatForPeople } from './format-for-people.ts'
import { createLogger } from './logger.ts'

test('a line has its time, level, message and fields, and an error its stack below', () => {
  const text = written(false, (logger) => {
    logger.info({ channel: 'orders', bytes: 5 }, 'stream closed')
    logger.error({ err: new Error('no', { cause: new Error('because') }) }, 'request failed')
  })

  expect(text).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] {2}INFO: stream closed .*"channel":"orders".*\n/)
  expect(text).toMatch(/\n\[.*\] ERROR: request failed *\n/)
  expect(text).toMatch(/\n.*"message": "no: because"/)
  expect(text).toMatch(/\n +at /)
})

test.for([false, true])('the messages of all levels begin in one column', (hasColors) => {
  const format = formatForPeople(hasColors)
  const lines = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) =>
    stripVTControlCharacters(format(`{"level":"${level}","time":1,"msg":"refused"}\n`)),
  )

  expect(new Set(lines.map((line) => line.indexOf('refused'))).size).toBe(1)
  expect(lines[0]).toContain('TRACE: refused')
})

test('colors are the only difference that they make', () => {
  const lines = [true, false].map((hasColors) => {
    const format = formatForPeople(hasColors)
    return format('{"level":"warn","time":"2026-11-27T00:00:00.000Z","a":1,"msg":"refused"}\n')
  })

  expect(lines[0]).toContain('\u001b[33mWARN')
  expect(lines[1]).not.toContain('\u001b')
  expect(stripVTControlCharacters(lines[0]!)).toBe(lines[1])
})

test('what a line says cannot control the terminal', () => {
  const evil = '\u001b[2J\u0007\u009b2J\u007f\r\b\f\\u001b'
  const text = written(false, (logger) => {
    logger.warn({ evil, [evil]: 1, deep: { evil: [evil] }, err: new Error(evil) }, evil)
  })

  // Line breaks and tabs are what is left.
  expect(text.replace(/[\n\t]/g, '')).not.toMatch(/\p{Cc}/u)
  expect(text).toContain(String.raw`WARN: \u001b[2J\u0007\u009b2J\u007f\r\b\f\u001b`)
})

function written(
  hasColors: boolean,
  write: (logger: ReturnType<typeof createLogger>) => void,
): string {
  const format = formatForPeople(hasColors)
  let text = ''
  const logger = createLogger('info', {
    write: (line) => {
      text += format(line)
    },
  })
  write(logger)
  return text
}
