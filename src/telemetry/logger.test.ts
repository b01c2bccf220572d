import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { expect, test, vi } from 'vitest'
import { spawnChild } from '../../test/support/child-process.ts'
import { createLogger } from './logger.ts'

const LONG = 500_000
const OUTPUT = new URL('log-output.ts', import.meta.url).href
const LOGGER = new URL('logger.ts', import.meta.url).href

test('each line is one JSON object with the level by name and the time in RFC 3339, and no other fields', async () => {
  const [line] = await linesOf('info', `logger.info({ channel: 'a\\nb' }, 'hello')`)

  expect(line).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    channel: 'a\nb',
    msg: 'hello',
  })
})

test('each line has the time of its own moment', () => {
  vi.useFakeTimers()
  const times = ['2030-01-31T23:59:59.999Z', '2030-01-31T23:59:59.999Z', '2030-02-01T00:00:00.000Z']
  const lines: { readonly time: string }[] = []
  const logger = createLogger('info', { write: (line) => lines.push(JSON.parse(line)) })
  for (const time of times) {
    vi.setSystemTime(time)
    logger.info('a line')
  }
  vi.useRealTimers()

  expect(lines.map(({ time }) => time)).toEqual(times)
})

test('an error is written with its causes', async () => {
  const code = `logger.error({ err: new Error('no', { cause: new Error('because') }) }, 'failed')`
  const [line] = await linesOf('info', code)

  expect(line).toMatchObject({ level: 'error', msg: 'failed', err: { message: 'no: because' } })
})

test('lines below the level are not written', async () => {
  const code = `for (const level of ['debug', 'info', 'warn', 'error']) logger[level](level)`
  const lines = await linesOf('warn', code)

  expect(lines.map(({ msg }) => msg)).toEqual(['warn', 'error'])
})

test('the lines of one moment are one write', async () => {
  const code = `const { writeSync } = fs
    let writes = 0
    fs.writeSync = (...args) => {
      writes++
      return writeSync(...args)
    }
    syncBuiltinESMExports()
    for (let n = 0; n < 100; n++) logger.info('a line')
    process.once('exit', () => writeSync(1, JSON.stringify({ writes })))`
  const lines = await linesOf('info', code)

  expect(lines).toHaveLength(101)
  expect(lines.at(-1)).toEqual({ writes: 1 })
})

test('lines come out whole and in order, though the process exits', async () => {
  // The first is more than a pipe holds, so that it is on its way for a while.
  const code = `logger.info('x'.repeat(${LONG}))
    logger.info('the last words')
    process.exit(0)`
  const lines = await linesOf('info', code)

  expect(lines.map(({ msg }) => String(msg).length)).toEqual([LONG, 'the last words'.length])
})

test('the last lines before a crash come out, whatever their format', async () => {
  const code = `logger.info({ a: 1 }, 'before')
    logger.error('the last words')
    throw new Error('crash')`

  const json = await lastWordsOf('openJsonOutput()', code)
  expect(json).toMatch(/^\{.*"msg":"before"\}\n\{.*"msg":"the last words"\}\n$/)
  const pretty = await lastWordsOf("await openLogOutput('pretty', TERMINAL)", code)
  expect(pretty).toMatch(/^\[.* INFO: before \{"a":1\}\n\[.* ERROR: the last words\n$/)
})

test('a socket that nobody reads blocks no process', async () => {
  const script = `import { createLogger } from '${LOGGER}'
    const logger = createLogger('info')
    for (let n = 0; n < 10; n++) logger.info('x'.repeat(${LONG}))
    process.stderr.write('goes on')`
  const args = ['--input-type=module', '--eval', script]
  // Standard output of a child of Node is a socket.
  const child = spawnChild(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const [text] = (await once(child.stderr, 'data')) as [Buffer]

  expect(text.toString()).toBe('goes on')
})

/** Standard output of a process that fails. */
async function lastWordsOf(output: string, code: string): Promise<string> {
  const script = `import { openJsonOutput, openLogOutput } from '${OUTPUT}'
    import { createLogger } from '${LOGGER}'
    const TERMINAL = { isTerminal: true, hasColors: false }
    const logger = createLogger('info', ${output})
    ${code}`
  const args = ['--input-type=module', '--eval', script]
  const error: unknown = await promisify(execFile)(process.execPath, args).catch(
    (reason: unknown) => reason,
  )
  return (error as { readonly stdout: string }).stdout
}

/** In a process of its own, as the logger writes straight to standard output. */
async function linesOf(level: string, code: string): Promise<Record<string, unknown>[]> {
  const script = `import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    import { createLogger } from '${LOGGER}'
    const logger = createLogger('${level}')
    ${code}`
  const args = ['--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, args)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
