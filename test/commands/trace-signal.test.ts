/** `runnel trace` that a signal ends. */
import { expect, test } from 'vitest'
import { trace } from '../../src/cli/trace/trace.ts'
import { eventually } from '../support/eventually.ts'
import { ScriptedServer } from '../support/scripted-server.ts'
import { createTestIo } from './command-io.ts'
import { otlpAnswer, TRACE_ID } from './otlp-spans.ts'
import { startCommand } from './run-command.ts'
import { NOT_FOUND, PUBLISH, startJaeger } from './scripted-jaeger.ts'

test('draws what there is at a signal', async () => {
  await using jaeger = await startJaeger(otlpAnswer(PUBLISH.slice(0, 2), Date.now()))
  const io = createTestIo({ isErrorTerminal: true })
  const end = trace([TRACE_ID, '--jaeger', jaeger.url.href, '--wait', '10m'], {
    ...io,
    writeError: (text) => {
      io.writeError(text)
      io.signal()
    },
  })
  expect(await end).toBe(0)
  expect(io.errors()).toBe('waiting for the spans of all pods\n')
  expect(io.output()).toContain('2 spans')
})

test('draws what was found before a signal that comes during a later request', async () => {
  const io = createTestIo()
  await using jaeger = await ScriptedServer.start((response, number) => {
    if (number === 0) response.end(otlpAnswer(PUBLISH.slice(0, 2), Date.now()))
    else io.signal()
  })
  expect(await trace([TRACE_ID, '--jaeger', jaeger.url.href], io)).toBe(0)
  expect(jaeger.requests).toHaveLength(2)
  expect(io.output()).toContain('2 spans')
})

test('says what has ended it if a signal comes before anything was found', async () => {
  await using jaeger = await ScriptedServer.start(() => {})
  await using command = startCommand(['trace', TRACE_ID, '--jaeger', jaeger.url.href])
  await eventually(() => {
    expect(jaeger.requests).toHaveLength(1)
  })
  command.child.kill('SIGINT')
  expect(await command.exited).toBe(1)
  expect(command.output).toBe('')
  expect(command.errors).toBe('runnel trace: ended by SIGINT before Jaeger had given a trace\n')
})

test('says so if a signal ends the wait for a trace that Jaeger does not have yet', async () => {
  const io = createTestIo()
  await using jaeger = await ScriptedServer.start((response, number) => {
    response.writeHead(404).end(NOT_FOUND)
    if (number === 1) io.signal()
  })
  await expect(trace([TRACE_ID, '--jaeger', jaeger.url.href, '--wait', '10m'], io)).rejects.toThrow(
    'ended by SIGINT before Jaeger had given a trace',
  )
})
