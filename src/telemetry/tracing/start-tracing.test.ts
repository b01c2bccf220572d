import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, assert, expect, onTestFinished, test, vi } from 'vitest'
import { freePort } from '../../../rig/servers/free-port.ts'
import { createLogger } from '../logger.ts'
import { RepeatedLines } from '../repeated-lines.ts'
import { startTracing, type Tracing } from './start-tracing.ts'

const logger = createLogger('silent')
const repeated = new RepeatedLines(logger)

afterEach(() => {
  vi.unstubAllEnvs()
})

async function startAt(port: number): Promise<Tracing> {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` }
  // The exporter reads it from the environment of the process.
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', env.OTEL_EXPORTER_OTLP_ENDPOINT)
  const tracing = await startTracing({ env, serviceName: 'runnel', logger, repeated })
  assert(tracing !== undefined)
  return tracing
}

async function serveSilently(): Promise<number> {
  const server: Server = createServer((socket) => socket.on('error', () => {}))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  assert(typeof address === 'object' && address !== null)
  return address.port
}

test('without an exporter nothing starts', async () => {
  expect(await startTracing({ env: {}, serviceName: 'runnel', logger, repeated })).toBeUndefined()
})

test.for([
  ['never answers', serveSilently],
  ['is not there', freePort],
] as const)('a collector that %s does not keep the process from its end', async ([, port]) => {
  // Without a bound of our own the flush would outlast the test.
  vi.stubEnv('OTEL_EXPORTER_OTLP_TIMEOUT', '600000')
  vi.stubEnv('OTEL_BSP_EXPORT_TIMEOUT', '600000')
  const tracing = await startAt(await port())
  tracing.tracer.startSpan('publish').end()

  await expect(tracing.shutdown()).resolves.toBeUndefined()
})

test('one can follow on another in the same process', async () => {
  const first = await startAt(await freePort())
  await first.shutdown()

  const second = await startAt(await freePort())
  expect(second.tracer.startSpan('publish').isRecording()).toBe(true)
  await second.shutdown()
})

test('a file of settings that cannot be read means that nothing is traced', async () => {
  vi.stubEnv('OTEL_CONFIG_FILE', '/nowhere/otel.yaml')
  const env = { OTEL_CONFIG_FILE: '/nowhere/otel.yaml' }
  expect(await startTracing({ env, serviceName: 'runnel', logger, repeated })).toBeUndefined()
})
