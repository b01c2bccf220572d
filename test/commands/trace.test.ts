/** `runnel trace` before a server that answers as Jaeger does. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { trace } from '../../src/cli/trace/trace.ts'
import type { ScriptedServer } from '../support/scripted-server.ts'
import { createTestIo } from './command-io.ts'
import { otlpAnswer, TRACE_ID } from './otlp-spans.ts'
import { runCommand } from './run-command.ts'
import { HOUR, NOT_FOUND, PUBLISH, startJaeger } from './scripted-jaeger.ts'

function queryOf(server: ScriptedServer, number = 0): URLSearchParams {
  return new URL(server.requests[number]?.url ?? '', server.url).searchParams
}

test('draws the pods that an event has reached, and what became of it there', async () => {
  await using jaeger = await startJaeger(otlpAnswer(PUBLISH, Date.now() - HOUR))

  const { code, output, errors } = await runCommand([
    'trace',
    TRACE_ID,
    '--jaeger',
    jaeger.url.href,
  ])

  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(jaeger.requests.map(({ url }) => url)).toEqual([`/api/v3/traces/${TRACE_ID}`])
  expect(output).toBe(`trace ${TRACE_ID}, 6 spans, 9.0 ms
${jaeger.url.origin}/trace/${TRACE_ID}

POST /publish/:channel  pod-a  +0.0 ms  5.0 ms  200
└ publish orders        pod-a  +1.0 ms  3.0 ms  accepted k3Jf92Qa-18
  ├ fan-out orders      pod-b  +6.0 ms  3.0 ms  1 of 3 streams, 1 dropped, 1 behind, lag 2.5 ms
  │ ├ deliver orders    pod-b  +7.0 ms  0.5 ms  written
  │ └ deliver orders    pod-b  +8.0 ms  0.0 ms  dropped to stream abcdefghABCDEFGH
  └ fan-out orders      pod-c  +9.0 ms  0.0 ms  no subscribers, lag 1.0 ms

pod       lag  streams  written  dropped  longest wait
pod-b  2.5 ms        3        1        1        0.5 ms
pod-c  1.0 ms        0        0        0
`)
})

describe('an ID', () => {
  test.each([
    ['in capitals', TRACE_ID.toUpperCase()],
    ['in a traceparent', `00-${TRACE_ID}-b7ad6b7169203331-01`],
  ])('may be a trace id %s', async (_case, id) => {
    await using jaeger = await startJaeger(otlpAnswer(PUBLISH, Date.now() - HOUR))
    const { code } = await runCommand(['trace', id, '--jaeger', jaeger.url.href])
    expect(code).toBe(0)
    expect(jaeger.requests[0]?.url).toBe(`/api/v3/traces/${TRACE_ID}`)
  })

  test.each([
    ['an event', 'k3Jf92Qa-18', 'messaging.message.id'],
    ['a stream', 'abcdefghABCDEFGH', 'runnel.stream'],
  ])('may name %s, whose traces are searched for', async (_case, id, attribute) => {
    const other = { ...PUBLISH[0]!, traceId: 'f'.repeat(32), attributes: { [attribute]: id } }
    // Jaeger may answer with traces that do not fit.
    const foreign = { ...PUBLISH[0]!, traceId: 'e'.repeat(32) }
    await using jaeger = await startJaeger(
      otlpAnswer([...PUBLISH, other, foreign], Date.now() - HOUR),
    )

    const args = ['trace', id, '--jaeger', jaeger.url.href, '--service', 'shop', '--since', '2h']
    const { code, output } = await runCommand(args)

    expect(code).toBe(0)
    expect(output.match(/^trace \w{32}/gm)).toEqual([
      `trace ${TRACE_ID}`,
      `trace ${'f'.repeat(32)}`,
    ])
    const query = queryOf(jaeger)
    expect(query.get('query.service_name')).toBe('shop')
    expect(JSON.parse(query.get('query.attributes') ?? '')).toEqual({ [attribute]: id })
    const [from, to] = ['min', 'max'].map((end) =>
      Date.parse(query.get(`query.start_time_${end}`)!),
    )
    expect(from).toBeLessThanOrEqual(Date.now() - 2 * HOUR)
    expect(to).toBeGreaterThan(Date.now())
  })

  test.each(['', 'orders', '0af7651916cd43d', 'k3Jf92Qa-18.k3Jf92Qa-19'])(
    'is refused if it is neither: %j',
    async (id) => {
      const { code, errors } = await runCommand(['trace', id])
      expect(code).toBe(2)
      expect(errors).toContain('expected a trace id of 32 hexadecimal digits')
    },
  )
})

test('waits for the spans of other pods while a trace is young', async () => {
  const start = Date.now()
  await using jaeger = await startJaeger(
    NOT_FOUND,
    otlpAnswer(PUBLISH.slice(0, 2), start),
    otlpAnswer(PUBLISH, start - HOUR),
  )
  const { code, output } = await runCommand(['trace', TRACE_ID, '--jaeger', jaeger.url.href])
  expect(code).toBe(0)
  expect(output).toContain('6 spans')
})

test('draws what there is when the wait is over', async () => {
  await using jaeger = await startJaeger(otlpAnswer(PUBLISH.slice(0, 2), Date.now()))
  const args = ['trace', TRACE_ID, '--jaeger', jaeger.url.href, '--wait', '0s']
  const { code, output } = await runCommand(args)
  expect(code).toBe(0)
  expect(output).toContain('2 spans')
})

test('says that there is no such trace, and fails', async () => {
  await using jaeger = await startJaeger(NOT_FOUND)
  const at = ['--jaeger', jaeger.url.href, '--wait', '0s']
  const unknown = await runCommand(['trace', TRACE_ID, ...at])
  expect(unknown).toMatchObject({ code: 1, output: '' })
  expect(unknown.errors).toBe(
    `runnel trace: Jaeger at ${jaeger.url.origin} has no trace ${TRACE_ID}\n`,
  )
  const unseen = await runCommand(['trace', 'k3Jf92Qa-18', ...at])
  expect(unseen).toMatchObject({ code: 1, output: '' })
  expect(unseen.errors).toContain('no trace of the last 1 h with messaging.message.id=k3Jf92Qa-18')
})

test('says where it looked if there is no Jaeger, or another server', async () => {
  await using page = await startJaeger('<!doctype html>')
  const other = await runCommand(['trace', TRACE_ID, '--jaeger', page.url.href])
  expect(other.code).toBe(1)
  expect(other.errors).toContain('got 200: <!doctype html>')

  const { url } = page
  await page[Symbol.asyncDispose]()
  const none = await runCommand(['trace', TRACE_ID, '--jaeger', url.href])
  expect(none.code).toBe(1)
  expect(none.errors).toMatch(
    new RegExp(`${url.origin}, got .*ECONNREFUSED.*: name it with --jaeger`),
  )
})

test('says how to start a Jaeger if none is at the default address', async () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed', { cause })))
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
  await expect(trace([TRACE_ID], createTestIo())).rejects.toThrow(
    'at http://127.0.0.1:16686, got connect ECONNREFUSED: `make trace-demo` starts one and prints its address; ' +
      'name it, or yours, with --jaeger',
  )
  cause.message = ''
  await expect(trace([TRACE_ID, '--jaeger', 'http://localhost:1'], createTestIo())).rejects.toThrow(
    'at http://localhost:1, got ECONNREFUSED: name it with --jaeger',
  )
})

test('--help says how to use it', async () => {
  const { code, output } = await runCommand(['trace', '--help'])
  expect(code).toBe(0)
  expect(output).toMatch(/^Usage: runnel trace ID/)
  expect((await runCommand(['trace'])).code).toBe(2)
})
