/** However a process ends that may still act, all its log lines come out, in order, and the last one tells how. */
import { createServer, type AddressInfo } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { FakeApiServer } from '../support/fake-api-server/fake-api-server.ts'
import { spawnControl } from './control-process.ts'
import { BURST, serveInto, type Line, type OutputKind } from './held-output.ts'

const LINES = 5_000

const CRASH = {
  code: 1,
  last: { level: 'fatal', msg: 'crashed', err: { message: 'nobody catches this' } },
}
const ENDS = {
  throw: CRASH,
  reject: CRASH,
  exit: { code: 3, last: { msg: 'burst', n: LINES - 1 } },
  SIGTERM: { code: 0, last: { level: 'info', msg: 'drained' } },
  SIGHUP: { code: 0, last: { level: 'info', msg: 'drained' } },
}

test.for([
  ['pipe', 'throw'],
  ['pipe', 'reject'],
  ['pipe', 'exit'],
  ['pipe', 'SIGTERM'],
  ['pipe', 'SIGHUP'],
  ['socket', 'throw'],
  ['socket', 'SIGTERM'],
  ['file', 'throw'],
  ['file', 'SIGTERM'],
] as const)('serve writes all lines into a %s before its end by %s', async ([kind, then]) => {
  await using serve = await serveInto(kind, { BURST_THEN: then })
  await serve.listening()
  serve.child.kill('SIGUSR2')

  expect(await serve.exited).toBe(ENDS[then].code)
  expectWholeBurst(serve.lines)
  expect(serve.lines.at(-1)).toMatchObject(ENDS[then].last)
  expect(serve.errors).toBe('burst\n')
})

test.for([
  ['pipe', 'SIGTERM', 143],
  ['pipe', 'SIGINT', 130],
  ['pipe', 'SIGHUP', 129],
  ['file', 'SIGTERM', 143],
] as const satisfies readonly (readonly [OutputKind, NodeJS.Signals, number])[])(
  'serve writes all lines into a %s before a second %s ends it at once',
  async ([kind, signal, code]) => {
    await using serve = await serveInto(kind, { BURST_THEN: signal }, ['--drain-window=1h'])
    const url = await serve.listening()
    // At the beginning of the window at most one stream is closed.
    await Promise.all(Array.from({ length: 3 }, () => fetch(`${url}/stream/news`)))
    serve.child.kill(signal)
    await eventually(() => expect(serve.lines.map(({ msg }) => msg)).toContain('draining'))
    serve.child.kill('SIGUSR2')

    expect(await serve.exited).toBe(code)
    expectWholeBurst(serve.lines)
    expect(serve.lines.at(-1)).toMatchObject({ msg: 'ending at once', signal })
  },
)

test('serve writes all lines before a start that fails', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const env = { BURST_AT_FIRST_LINE: '1', RUNNEL_NOWHERE: 'x' }
  const { port } = server.address() as AddressInfo
  await using serve = await serveInto('pipe', env, [`--listen=127.0.0.1:${port}`])

  expect(await serve.exited).toBe(1)
  server.close()
  expectWholeBurst(serve.lines)
  expect(serve.lines.at(-1)).toMatchObject({ level: 'warn' })
  expect(serve.errors).toMatch(/^burst\nrunnel serve: expected .* to be free/)
})

test('a reader that comes late gets all lines of a process that crashes', async () => {
  await using serve = await serveInto('pipe', { BURST_THEN: 'throw' })
  await serve.listening()
  serve.reader?.pause()
  serve.child.kill('SIGUSR2')
  await eventually(() => expect(serve.errors).toBe('burst\n'))
  // No pipe holds so many lines.
  serve.reader?.resume()

  expect(await serve.exited).toBe(1)
  expectWholeBurst(serve.lines)
  expect(serve.lines.at(-1)).toMatchObject(CRASH.last)
})

test.for(['throw', 'reject', 'SIGTERM'] as const)(
  'control writes all lines before its end by %s',
  async (then) => {
    await using api = await FakeApiServer.start()
    const options = { nodeFlags: ['--import', BURST], env: { BURST_THEN: then } }
    await using control = await spawnControl(api, [], options)
    control.child.kill('SIGUSR2')

    const { code, last } = ENDS[then]
    expect(await control.exited).toBe(code)
    expectWholeBurst(control.json)
    const end = then === 'SIGTERM' ? { msg: 'stopped' } : last
    expect(control.json.at(-1)).toMatchObject(end)
  },
)

test('control writes all lines before a second SIGTERM ends it at once', async () => {
  await using api = await FakeApiServer.start()
  const options = { nodeFlags: ['--import', BURST], env: { BURST_THEN: 'SIGTERM' } }
  await using control = await spawnControl(api, [], options)
  const messages = () => control.json.map(({ msg }) => msg)
  await eventually(() => expect(messages()).toContain('leading'))
  api.fault = () => 'hang'
  api.cutConnections()
  control.child.kill('SIGTERM')
  await eventually(() => expect(messages()).toContain('not leading'))
  control.child.kill('SIGUSR2')

  expect(await control.exited).toBe(143)
  expectWholeBurst(control.json)
  expect(control.json.at(-1)).toMatchObject({ msg: 'ending at once' })
})

function expectWholeBurst(lines: readonly Line[]): void {
  const numbers = lines.filter(({ msg }) => msg === 'burst').map(({ n }) => n)
  expect(numbers).toEqual(Array.from({ length: LINES }, (_, n) => n))
}
