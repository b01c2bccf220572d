/** `/metrics` is there for Prometheus, whatever the variables of OpenTelemetry say. */
import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { freePort } from '../../rig/servers/free-port.ts'
import { MetricsReading } from '../support/metrics-reading.ts'
import { OtlpReceiver } from '../support/otlp-receiver.ts'
import { spawnServe } from '../support/serve-process.ts'

test.for([
  {},
  { OTEL_SDK_DISABLED: 'true' },
  { OTEL_SDK_DISABLED: 'true', OTEL_METRICS_EXPORTER: 'otlp', OTEL_TRACES_EXPORTER: 'otlp' },
  { OTEL_METRICS_EXPORTER: 'none', OTEL_TRACES_EXPORTER: 'none' },
  { OTEL_METRICS_EXPORTER: 'nonsense', OTEL_TRACES_EXPORTER: 'nonsense' },
])('it has all streams from the start with %j', async (env) => {
  await using serve = await spawnServe([], { env })
  const reading = await MetricsReading.of(serve.adminUrl)
  expect(reading.text).toContain('\nrunnel_active_streams 0\n')
})

test.for([
  ['is not there', async () => ({ url: `http://127.0.0.1:${await freePort()}` })],
  [
    'never answers',
    async () => {
      const receiver = await OtlpReceiver.start()
      receiver.status = undefined
      return receiver
    },
  ],
] as const)('it has all streams from the start with a collector that %s', async ([, collector]) => {
  const receiver = await collector()
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_METRIC_EXPORT_INTERVAL: '50',
    OTEL_BSP_SCHEDULE_DELAY: '10',
  }
  await using serve = await spawnServe([], { env })
  // Before and while exports fail.
  for (let count = 0; count < 10; count++) {
    const reading = await MetricsReading.of(serve.adminUrl)
    expect(reading.text).toContain('\nrunnel_active_streams 0\n')
  }
  if ('spans' in receiver) await receiver[Symbol.asyncDispose]()
})

test('it answers at an address that is not a loopback one', async ({ skip }) => {
  const address = Object.values(networkInterfaces())
    .flat()
    .find((each) => each?.family === 'IPv4' && !each.internal)?.address
  skip(address === undefined, 'this machine has loopback addresses only')
  await using serve = await spawnServe([`--admin-listen=${address}:0`])
  expect(new URL(serve.adminUrl).hostname).toBe(address)
  const reading = await MetricsReading.of(serve.adminUrl)
  expect(reading.sum('runnel_active_streams')).toBe(0)
})
