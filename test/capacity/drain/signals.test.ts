import { expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { RawConnection } from '../../support/clients/raw-connection.ts'
import { formatRequest } from '../../support/clients/raw-response.ts'
import { publishText } from '../../support/clients/requests.ts'
import { readCounts } from '../../support/resources.ts'
import { spawnServe, type ServeProcess } from '../../support/serve-process.ts'

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

test.each(SIGNALS)(
  '%s: streams get a closing event, and the service ends with 0',
  async (signal) => {
    await using serve = await spawnServe(['--drain-window=300ms'])
    await using stream = await openStream(serve)

    serve.child.kill(signal)

    expect(await stream.untilEnd()).toMatch(
      /retry: \d+\nevent: runnel\.drain\n[^\n]+\n\n\r\n0\r\n\r\n$/,
    )
    expect(await serve.exited).toBe(0)
  },
)

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('a second %s ends a drain at once, with %i', async (signal, code) => {
  await using serve = await spawnServe(['--drain-window=1h'])
  await using first = await openStream(serve)
  await using second = await openStream(serve)

  serve.child.kill(signal)
  await Promise.race([first, second].map(async (stream) => stream.until('runnel.drain')))
  serve.child.kill(signal)

  expect(await serve.exited).toBe(code)
})

test('POST /drain does the same, but the service stays until a signal comes', async () => {
  await using serve = await spawnServe(['--drain-window=0s'])
  await using stream = await openStream(serve)

  const response = await fetch(`${serve.adminUrl}/drain`, { method: 'POST' })

  expect([response.status, await response.json()]).toEqual([202, { draining: 1 }])
  await stream.until(/event: runnel\.drain\n[^]*0\r\n\r\n$/)
  await eventually(async () => {
    expect(await readCounts(serve)).toMatchObject({ subscribers: 0 })
  })
  await publishText(serve.url, 'news', 'still here')
  expect((await fetch(`${serve.url}/health/live`)).status).toBe(200)
  expect((await fetch(`${serve.url}/health/ready`)).status).toBe(503)

  serve.child.kill('SIGTERM')
  expect(await serve.exited).toBe(0)
})

async function openStream({ url }: ServeProcess): Promise<RawConnection> {
  const stream = await RawConnection.open(url)
  stream.send(formatRequest('/stream/news'))
  await stream.until('runnel.open')
  return stream
}
