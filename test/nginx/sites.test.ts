import { EventSource } from 'eventsource'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../rig/servers/free-port.ts'
import { Nginx } from '../../rig/servers/nginx.ts'
import { readSite } from '../../rig/servers/nginx-site.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { NativeReader } from '../capacity/drain/native-reader.ts'
import { runCommand } from '../commands/run-command.ts'
import { runWithFault } from '../faults/run-with-fault.ts'
import { EventStream } from '../support/clients/event-stream.ts'
import { poll, publishText } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { spawnServe } from '../support/serve-process.ts'
import { startSite } from './nginx-proxy.ts'

/** Flags with which a check passes on a loaded machine. */
const PATIENT = ['--late=1m', '--every=10ms', '--idle']

test('one process behind its configuration passes the check, and streams, polls and publishes', async () => {
  await using service = await spawnServe(['--hosts=events.example.com', '--heartbeat=500ms'])
  await using nginx = await startSite('one-process.conf', [service.url])

  const args = ['http://events.example.com', '--publish-url', nginx.url, '--connect']
  const connectTo = new URL(nginx.url).host
  const { code, output } = await runCommand(['check', ...args, connectTo, ...PATIENT])
  expect(output.match(/^pass {2}\w+/gm)).toEqual(['pass  delivery', 'pass  idle'])
  expect(code).toBe(0)

  await using stream = await EventStream.open(`${nginx.url}/stream/a`)
  await stream.event('runnel.open')
  const id = await publishText(nginx.url, 'a', 'x')
  expect((await stream.take(1)).map((event) => event.id)).toEqual([id])
  expect((await poll(nginx.url, '/poll/a?from=earliest&wait=0')).events).toMatchObject([{ id }])
})

test('several processes on one Redis pass the check', async () => {
  await using redis = await RedisServer.start()
  const flags = [`--redis-url=${redis.url}`, '--heartbeat=500ms']
  await using one = await spawnServe(flags)
  await using other = await spawnServe(flags)
  await using nginx = await startSite('several-processes.conf', [one.url, other.url])

  const { code, output } = await runCommand(['check', nginx.url, ...PATIENT])

  expect(output.match(/^pass {2}\w+/gm)).toEqual(['pass  delivery', 'pass  idle'])
  expect(code).toBe(0)
})

test('of several processes one is killed: nobody misses an event, and no gap is told', async () => {
  await using redis = await RedisServer.start()
  const flags = [`--redis-url=${redis.url}`, '--retry=200ms']
  await using one = await spawnServe(flags)
  await using two = await spawnServe(flags)
  await using three = await spawnServe(flags)
  await using nginx = await startSite('several-processes.conf', [one.url, two.url, three.url])

  const { breaches, gaps, lostByLog } = await runWithFault({
    url: nginx.url,
    witness: two.url,
    fault: async () => {
      one.child.kill('SIGKILL')
      await one.exited
    },
  })

  expect({ breaches, gaps, lostByLog }).toEqual({ breaches: [], gaps: 0, lostByLog: 0 })
})

test('a reload cuts streams after worker_shutdown_timeout, and they resume', async () => {
  await using service = await spawnServe(['--retry=200ms'])
  const { host } = new URL(service.url)
  const http = (port: number) => readSite('one-process.conf', port, [host])
  await using nginx = await Nginx.start({ http, shutdownTimeout: 1 })

  const { breaches, gaps } = await runWithFault({
    url: nginx.url,
    fault: async () => nginx.reload(),
  })

  expect({ breaches, gaps }).toEqual({ breaches: [], gaps: 0 })
})

test("a browser's EventSource outlives a restart of the only process", async () => {
  const first = await spawnServe(['--retry=50ms'])
  await using nginx = await startSite('one-process.conf', [first.url])
  await using reader = new NativeReader(`${nginx.url}/stream/a`)
  const opened = () => reader.told.filter(({ event }) => event === 'runnel.open').length
  await eventually(() => expect(opened()).toBe(1))

  await first[Symbol.asyncDispose]()
  // It has come back, and met nobody, before the process is there again.
  await eventually(async () =>
    expect(await nginx.read('logs/runnel-streams.log')).toMatch(/ 200 36 bytes/),
  )
  const listen = `--listen=127.0.0.1:${new URL(first.url).port}`
  await using _second = await spawnServe([listen])

  await eventually(() => expect(opened()).toBe(2))
})

test('processes that all were away serve every stream as soon as they are back', async () => {
  const ports = [await freePort(), await freePort()]
  const urls = ports.map((port) => `http://127.0.0.1:${port}`)
  await using nginx = await startSite('several-processes.conf', urls)
  const openStream = async () => EventStream.open(`${nginx.url}/stream/a`)
  await using _nobody = await openStream()
  await using _one = await spawnServe([`--listen=127.0.0.1:${ports[0]}`])
  await using _other = await spawnServe([`--listen=127.0.0.1:${ports[1]}`])

  for (let number = 0; number < 6; number++) {
    const stream = await openStream()
    onTestFinished(async () => stream[Symbol.asyncDispose]())
    expect(await stream.event('runnel.open')).toMatchObject({ event: 'runnel.open' })
  }
})

test('a stream that finds no process ends without an event, so that its cursor stays', async () => {
  await using nginx = await startSite('one-process.conf', ['http://127.0.0.1:1'])
  const source = new EventSource(`${nginx.url}/stream/a`)
  const errors: number[] = []
  source.addEventListener('error', () => errors.push(source.readyState))
  await eventually(() => expect(errors).toEqual([EventSource.CONNECTING]))
  source.close()

  const response = await fetch(`${nginx.url}/stream/a`)
  expect(response.headers.get('Content-Type')).toBe('text/event-stream')
  expect(await response.text()).toMatch(/^:[^\n]*\n$/)
})

test.for(['orders.json', 'builds.ts', 'app.js', 'a.html'])(
  'a stream of %s that finds no process has the type of a stream, or browsers would give up',
  async (channel) => {
    await using nginx = await startSite('one-process.conf', ['http://127.0.0.1:1'])
    const response = await fetch(`${nginx.url}/stream/${channel}`)
    expect(response.headers.get('Content-Type')).toBe('text/event-stream')
  },
)
