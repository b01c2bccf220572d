import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { EventStream } from '../support/clients/event-stream.ts'
import { eventually } from '../support/eventually.ts'
import { spawnServe } from '../support/serve-process.ts'
import { startTestService } from '../support/service.ts'
import { beginAnswer, startCheckProxy } from './check-proxy.ts'
import { startStubService } from './stub-service.ts'
import { runCommand, startCommand } from './run-command.ts'

/** Flags with which a check passes on a loaded machine. */
const PATIENT = ['--late=1m', '--every=10ms']

test('the check waits for a service that does not run yet', async () => {
  const first = await spawnServe()
  await first[Symbol.asyncDispose]()
  await using command = startCommand(['check', first.url, ...PATIENT, '--wait=1m'])
  await eventually(() => expect(command.errors).not.toBe(''))
  expect(command.errors).toMatch(/^runnel check: waiting for the stream: .+ ECONNREFUSED .+\n$/)

  await using _second = await spawnServe([`--listen=127.0.0.1:${new URL(first.url).port}`])

  expect(await command.exited).toBe(0)
  expect(command.output).toContain('pass  delivery')
})

test('the check answers at once where nothing listens, unless it is told to wait', async () => {
  await using gone = await spawnServe()
  await gone[Symbol.asyncDispose]()

  const { code, output, errors } = await runCommand(['check', gone.url])
  const patient = await runCommand(['check', gone.url, '--wait=1s'])

  // It says that it waits before it does.
  expect(errors).toBe('')
  expect(output).toMatch(/^fail {2}delivery: no stream: .+ ECONNREFUSED /m)
  expect(output).toContain('--wait')
  expect(patient.errors).toMatch(/^runnel check: waiting for the stream: .+ ECONNREFUSED /)
  expect([code, patient.code]).toEqual([1, 1])
})

test('the check answers at once where the name is unknown', async () => {
  const { code, output, errors } = await runCommand(['check', 'http://nowhere.invalid'])

  expect({ code, errors }).toEqual({ code: 1, errors: '' })
  expect(output).toMatch(/^fail {2}delivery: no stream: .+ ENOTFOUND /m)
})

test('the check waits for a proxy that has no route yet', async () => {
  await using service = await startTestService()
  const statuses = [404, 502, 503, 504]
  await using proxy = await startCheckProxy(service.url, { statusOf: (index) => statuses[index] })

  const { code, output, errors } = await runCommand(['check', proxy.url, ...PATIENT, '--wait=1m'])

  expect(code).toBe(0)
  expect(output).toContain('pass  delivery')
  expect(errors.match(/status \d+/g)).toEqual(statuses.map((status) => `status ${status}`))
  // A kept connection may lead to an old worker of the proxy, which never gets the route.
  expect(new Set(proxy.ports).size).toBe(statuses.length + 1)
})

test('the check waits no longer than --wait', async () => {
  await using service = await startTestService()
  await using proxy = await startCheckProxy(service.url, { statusOf: () => 404 })

  const { code, output, errors } = await runCommand(['check', proxy.url, '--wait=2s'])

  expect(code).toBe(1)
  expect(output).toMatch(
    /^fail {2}delivery: no stream within 2s: .+ got Not Found \(status 404\)$/m,
  )
  // The message is printed once, however many attempts there are.
  expect(errors).toMatch(/^runnel check: waiting for the stream: .+ \(status 404\)\n$/)
  expect(output).toContain('does what stands in front know the route?')
})

test('a stream that ends before it begins is not open', async () => {
  await using service = await startTestService()
  await using proxy = await startCheckProxy(service.url, {
    relay: (answer, response) => {
      beginAnswer(answer, response)
      response.end()
    },
  })

  const { code, output } = await runCommand(['check', proxy.url, '--wait=1s'])

  expect(code).toBe(1)
  expect(output).toMatch(/no stream within 1s: the stream broke at once: it ended without a/)
})

test('a service at its limit fails at once, and says so', async () => {
  await using service = await startTestService({ 'max-streams': '1' })
  // Held as a stream: `fetch` ends one whose answer is garbage.
  await using holder = await EventStream.open(`${service.url}/stream/other`)
  await holder.event('runnel.open')

  const { code, output, errors } = await runCommand(['check', service.url, '--wait=10m'])

  expect(output).toContain('fail  delivery: the service is at its limit (reason "limit")\n')
  expect(output).toContain('RUNNEL_MAX_STREAMS')
  expect({ code, errors }).toEqual({ code: 1, errors: '' })
})

test('the check waits while a service drains', async () => {
  await using service = await startTestService({ 'drain-window': '1m' })
  void service.drain.begin()

  const { code, output, errors } = await runCommand(['check', service.url, '--wait=1s'])

  expect(code).toBe(1)
  expect(output).toContain('the service closed the stream at once (runnel.drain)')
  expect(errors).toContain('waiting for the stream')
})

test.for([
  [200, { 'Content-Type': 'text/html' }, 'expected an event stream, got "text/html"'],
  [200, { 'Content-Type': 'text/event-streams' }, 'expected an event stream, got "text/event'],
  [200, {}, 'expected an event stream, got "nothing"'],
  [204, {}, 'expected an answer of a Runnel service, got No Content (status 204)'],
  [302, {}, 'not now (status 302)'],
  [401, {}, 'not now (status 401)'],
  [421, {}, 'not now (status 421)'],
] as const)('%d %j is no stream, and the check does not wait', async ([status, headers, found]) => {
  await using stub = await startStubService(() => status, headers)

  const { code, output, errors } = await runCommand(['check', stub.url, '--wait=10m'])

  expect(output).toContain(`fail  delivery: ${found}`)
  expect({ code, errors }).toEqual({ code: 1, errors: '' })
})

test.for([
  ['https://events.example/stream/a?from=earliest', 'https://events.example'],
  ['https://events.example/live/stream/a', 'https://events.example/live'],
  ['//events.example/', 'http://events.example'],
  ['https://bob:SECRET@events.example/stream/x?token=SECRET', 'https://events.example'],
  ['https://events.example/login/SECRET#SECRET', 'https://events.example'],
] as const)('a redirect to %s says what to check', async ([location, url]) => {
  await using stub = await startStubService(() => 308, { Location: location })

  const { code, output, errors } = await runCommand(['check', stub.url, '--wait=10m'])

  const { origin } = new URL(url)
  expect(output).toContain(`expected a stream, got a redirect to ${origin} (status 308)\n`)
  expect(output).not.toContain('SECRET')
  expect(output).toMatch(new RegExp(`leads to: runnel check ${url}$`, 'm'))
  expect({ code, errors }).toEqual({ code: 1, errors: '' })
})

test.for([
  ['never ends', (response: ServerResponse) => response.write('x')],
  ['has no end', flood],
] as const)('the body of a refusal that %s does not delay the check', async ([, send]) => {
  const server = createServer((_, response) => send(response.writeHead(403)))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo

  const { code, output } = await runCommand(['check', `http://127.0.0.1:${port}`, '--wait=10m'])
  server.close()
  server.closeAllConnections()

  expect(output).toContain('got Forbidden (status 403)')
  expect(code).toBe(1)
})

test('text of a server cannot control the terminal', async () => {
  await using stub = await startStubService(() => 200, { 'Content-Type': 'a\u009b2J' })

  const { output } = await runCommand(['check', stub.url])

  expect(output).toContain(String.raw`got "a\u009b2J"`)
})

/** Writes until the client disconnects. */
function flood(response: ServerResponse): void {
  const more = () => {
    while (!response.destroyed && response.write('x'.repeat(65_536)));
  }
  response.on('drain', more)
  more()
}
