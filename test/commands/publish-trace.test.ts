import { expect, test } from 'vitest'
import { publish } from '../../src/cli/publish/publish.ts'
import { HttpService } from '../support/http-service.ts'
import { RecordingRequestTracing } from '../support/recording-request-tracing.ts'
import { startTestService } from '../support/service.ts'
import { createTestIo } from './command-io.ts'
import { runCommand } from './run-command.ts'
import { startStubService } from './stub-service.ts'

const NOT_TRACED =
  /^not traced: start the service with OTEL_EXPORTER_OTLP_ENDPOINT set; it heeds Runnel-Trace only if it listens on a loopback address\n$/

test('--trace asks for a trace, and prints its id to standard error', async () => {
  const tracing = new RecordingRequestTracing()
  await using service = await HttpService.start({ tracing })
  const args = ['publish', 'news', 'hello', '--trace', '--url', service.url]
  const { code, output, errors } = await runCommand(args)

  const [{ start, span } = {}] = tracing.publishes
  expect(start?.isForced).toBe(true)
  expect(output).toMatch(/^\S+-1\n$/)
  expect({ code, errors }).toEqual({ code: 0, errors: `trace ${span?.traceId}\n` })
})

test('without --trace nothing is asked for or printed, though the service traces by itself', async () => {
  const tracing = new RecordingRequestTracing()
  await using service = await HttpService.start({ tracing })
  const { code, errors } = await runCommand(['publish', 'news', 'hello', '--url', service.url])

  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(tracing.publishes.map(({ start }) => start.isForced)).toEqual([false])
})

test('a service that does not trace is said to, and the event is published', async () => {
  await using service = await startTestService()
  const args = ['publish', 'news', 'hello', '--trace', '--url', service.url]
  const { code, output, errors } = await runCommand(args)

  expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/-1\n$/) })
  expect(errors).toMatch(NOT_TRACED)
})

test('each batch of lines has a trace of its own, in place of the progress', async () => {
  const tracing = new RecordingRequestTracing()
  await using service = await HttpService.start({ tracing })
  const io = createTestIo({ input: lines(501), isErrorTerminal: true })
  await publish(['news', '--lines', '--trace', '--url', service.url], io)

  const ids = tracing.publishes.map(({ span }) => span.traceId)
  expect(ids).toHaveLength(2)
  expect(io.errors()).toBe(ids.map((id) => `trace ${id}\n`).join(''))
})

test('that nothing is traced is said once', async () => {
  await using stub = await startStubService(() => 200)
  const io = createTestIo({ input: lines(1_001) })
  await publish(['news', '--lines', '--trace', '--url', stub.url], io)

  expect(stub.traceHeaders).toEqual(['1', '1', '1'])
  expect(io.errors()).toMatch(NOT_TRACED)
})

test('the trace of a publish that fails is printed before the error', async () => {
  const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
  const headers = { Traceresponse: `00-${traceId}-00f067aa0ba902b7-01` }
  await using stub = await startStubService(() => 507, headers)
  const args = ['publish', 'news', 'hello', '--trace', '--url', stub.url]

  expect(await runCommand(args)).toEqual({
    code: 1,
    output: '',
    errors: `trace ${traceId}\nrunnel publish: not now (status 507)\n`,
  })
})

test('a header that is no span is not printed', async () => {
  await using stub = await startStubService(() => 200, { Traceresponse: '00-1-2-01' })
  const io = createTestIo()
  await publish(['news', 'hello', '--trace', '--url', stub.url], io)
  expect(io.errors()).toMatch(NOT_TRACED)
})

async function* lines(count: number): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x\n'.repeat(count))
}
