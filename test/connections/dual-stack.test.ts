import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { EventStream } from '../support/clients/event-stream.ts'
import { publishText } from '../support/clients/requests.ts'
import { spawnServe, type ServeOptions, type ServeProcess } from '../support/serve-process.ts'

const WITHOUT_IPV6 = fileURLToPath(new URL('../support/without-ipv6.py', import.meta.url))

/** Serves on all interfaces of both families, with both listeners, as the image and the chart do. */
async function serveEverywhere(options?: ServeOptions): Promise<ServeProcess> {
  const flags = ['--listen=[::]:0', '--admin-listen=[::]:0', '--auth=none', '--drain-window=0s']
  return spawnServe(flags, options)
}

test('at [::] both listeners answer on IPv4 and on IPv6', async () => {
  await using serve = await serveEverywhere()
  for (const host of ['127.0.0.1', '[::1]']) {
    for (const url of [serve.url, serve.adminUrl]) {
      const { status } = await fetch(`http://${host}:${new URL(url).port}/health/ready`)
      expect([host, url, status]).toEqual([host, url, 200])
    }
  }
})

test('at [::] a client on IPv4 is told of by its IPv4 address', async () => {
  await using serve = await serveEverywhere()
  const { port } = new URL(serve.url)
  for (const host of ['127.0.0.1', '[::1]']) {
    await using stream = await EventStream.open(`http://${host}:${port}/stream/a`)
    await stream.event('runnel.open')
  }
  serve.child.kill('SIGTERM')
  await serve.exited
  const clientsOf = (message: string) =>
    serve.lines.filter(({ msg }) => msg === message).map((line) => String(line['client']))
  expect(clientsOf('stream opened')).toEqual(['127.0.0.1', '::1'])
  expect(clientsOf('stream closed').toSorted()).toEqual(['127.0.0.1', '::1'])
  expect(JSON.stringify(serve.lines)).not.toContain('::ffff')
})

test('at [::] a client of the admin listener is local by its IPv4 address too', async () => {
  await using serve = await serveEverywhere()
  const { port } = new URL(serve.adminUrl)
  for (const host of ['127.0.0.1', '[::1]']) {
    const response = await fetch(`http://${host}:${port}/drain`, { method: 'POST' })
    expect([host, response.status]).toEqual([host, 202])
  }
})

test.for<[name: string, wrapper: readonly string[]]>([
  ['whose kernel has no IPv6', ['python3', WITHOUT_IPV6]],
  [
    'without an IPv6 address',
    // Each listener binds `::` first, and then `0.0.0.0`.
    ['strace', '-D', '-o/dev/null', '-ebind', '-einject=bind:error=EADDRNOTAVAIL:when=1+2'],
  ],
])('on a machine %s, [::] stands for 0.0.0.0 on both listeners', async ([, wrapper]) => {
  await using serve = await serveEverywhere({ wrapper })
  for (const url of [serve.url, serve.adminUrl]) {
    const { hostname, port } = new URL(url)
    expect(hostname).toBe('0.0.0.0')
    expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200)
  }
  await publishText(serve.url.replace('0.0.0.0', '127.0.0.1'), 'a', 'x')
})

test('another address of IPv6 has no stand-in', async () => {
  const listen = ['--listen=[2001:db8::1]:0', '--auth=none']
  const started = spawnServe(listen).then((serve) => serve[Symbol.asyncDispose]())
  await expect(started).rejects.toThrow('ended with 1')
})
