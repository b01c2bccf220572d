/** `runnel trace` before answers that are hostile, broken, too large or too slow. */
import { expect, onTestFinished, test, vi } from 'vitest'
import { trace } from '../../src/cli/trace/trace.ts'
import { eventually } from '../support/eventually.ts'
import { ScriptedServer } from '../support/scripted-server.ts'
import { createTestIo } from './command-io.ts'
import { otlpAnswer, TRACE_ID } from './otlp-spans.ts'
import { runCommand } from './run-command.ts'
import { HOUR, PUBLISH, startJaeger } from './scripted-jaeger.ts'

test('paints errors red, only on a terminal, and lets no span control it', async () => {
  const hostile = {
    ...PUBLISH[4]!,
    parentSpanId: '',
    name: 'deliver \u001B[2J',
    process: 'p\u0007',
  }
  await using jaeger = await startJaeger(otlpAnswer([hostile], Date.now() - HOUR))
  const io = createTestIo({ hasColors: true })
  expect(await trace([TRACE_ID, '--jaeger', jaeger.url.href], io)).toBe(0)
  const escapes = io.output().split('\u001B').slice(1)
  expect(escapes.map((text) => text.slice(0, 4))).toEqual(['[31m', '[39m'])
  expect(io.output()).toContain(String.raw`deliver \u001b[2J`)
  expect(io.output()).not.toContain('\u0007')
})

test.each([
  ['traceId', { traceId: '\u001B[2J' }],
  ['traceId', { traceId: '0'.repeat(32) }],
  ['spanId', { spanId: '0'.repeat(16) }],
  ['spanId', { spanId: 'not hexadecimal!' }],
  ['parentSpanId', { parentSpanId: 'not hexadecimal!' }],
])('refuses an answer whose %s is %j, and prints no control characters', async (field, ids) => {
  const spans = [{ ...PUBLISH[0]!, ...ids }]
  await using jaeger = await startJaeger(otlpAnswer(spans, Date.now() - HOUR))
  const { code, output, errors } = await runCommand([
    'trace',
    TRACE_ID,
    '--jaeger',
    jaeger.url.href,
  ])
  expect({ code, output }).toEqual({ code: 1, output: '' })
  expect(errors).toMatch(
    new RegExp(`spans\\.0\\.${field}: expected an id of (16|32) hexadecimal digits`),
  )
  expect(errors).not.toContain('\u001B')
})

test('draws spans that have the names of what every object has', async () => {
  const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty x']
  const spans = names.map((name, index) => ({
    name,
    process: 'pod',
    spanId: `a${index}`,
    attributes: { 'error.type': 'Teapot' },
  }))
  await using jaeger = await startJaeger(otlpAnswer(spans, Date.now() - HOUR))
  const { output } = await runCommand(['trace', TRACE_ID, '--jaeger', jaeger.url.href])
  for (const name of names) {
    expect(output).toMatch(new RegExp(`^${name} +pod  \\+0.0 ms  0.0 ms  Teapot$`, 'm'))
  }
})

test('draws a span once that is stored twice', async () => {
  const args = ['trace', TRACE_ID, '--jaeger']
  await using once = await startJaeger(otlpAnswer(PUBLISH, Date.now() - HOUR))
  await using twice = await startJaeger(otlpAnswer([...PUBLISH, ...PUBLISH], Date.now() - HOUR))
  const expected = await runCommand([...args, once.url.href])
  const { code, output } = await runCommand([...args, twice.url.href])
  expect(code).toBe(0)
  expect(output).toBe(expected.output.replace(once.url.origin, twice.url.origin))
})

test('draws a trace of 150,000 spans', async () => {
  const spans = Array.from({ length: 150_000 }, (_, index) => ({
    name: 'deliver',
    process: 'pod',
    spanId: (index + 1).toString(16),
    parentSpanId: index === 0 ? '' : '1',
  }))
  spans[0]!.name = 'fan-out'
  await using jaeger = await startJaeger(otlpAnswer(spans, Date.now() - HOUR))
  const io = createTestIo()
  expect(await trace([TRACE_ID, '--jaeger', jaeger.url.href], io)).toBe(0)
  expect(io.output()).toContain(`trace ${TRACE_ID}, 150000 spans`)
  expect(io.output().split('\n')).toHaveLength(150_007)
})

test('an answer that stalls is an error that says so', async () => {
  const { signal, expire } = replaceTimeout()
  await using jaeger = await ScriptedServer.start((response) => {
    response.writeHead(200).write('{"result":', () => {
      expire()
    })
  })
  await expect(trace([TRACE_ID, '--jaeger', jaeger.url.href], createTestIo())).rejects.toThrow(
    `expected Jaeger's query service at ${jaeger.url.origin}, got no whole answer within 10 s: name it with --jaeger`,
  )
  expect(signal.aborted).toBe(true)
  await eventually(() => {
    expect(jaeger.connections).toBe(0)
  })
})

test('an answer without an end is read up to 64 MiB', async () => {
  const chunk = Buffer.alloc(1024 ** 2, ' ')
  await using jaeger = await ScriptedServer.start((response) => {
    const send = (): void => void response.write(chunk, (error) => (error ? undefined : send()))
    send()
  })
  const { code, errors } = await runCommand(['trace', TRACE_ID, '--jaeger', jaeger.url.href])
  expect(code).toBe(1)
  expect(errors).toContain('got an answer of more than 64 MiB: a search reads less with a shorter')
})

/** The time limit of requests ends when the test says so. */
function replaceTimeout() {
  const limit = new AbortController()
  const spy = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal)
  onTestFinished(() => {
    spy.mockRestore()
  })
  return {
    signal: limit.signal,
    expire: () => {
      limit.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'))
    },
  }
}
