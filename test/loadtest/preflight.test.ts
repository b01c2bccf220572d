import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtempDisposable } from 'node:fs/promises'
import { createServer, request, type RequestListener } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../../rig/servers/free-port.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'
import { LoadTestProcess } from './support/load-test-process.ts'

let service: ServeProcess

beforeAll(async () => {
  service = await spawnServe(['--max-streams=50'])
})

afterAll(async () => {
  await service[Symbol.asyncDispose]()
})

interface Refusal {
  readonly code: number | string
  readonly stderr: string
}

/** Runs the command until it ends. Nothing may have been loaded or written. */
async function refuse(args: readonly string[], wrapper: readonly string[] = []): Promise<Refusal> {
  await using run = await LoadTestProcess.start(args, wrapper)
  const code = await run.exited
  expect(run.stdout).toBe('')
  await expect(run.report()).rejects.toThrow('ENOENT')
  return { code, stderr: run.stderr }
}

async function listen(listener: RequestListener, tls?: ServerOptions) {
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    [Symbol.dispose]: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('all mistakes in flags are named at once', async () => {
  const args = ['fan-in', '--subscribers', 'many', '--seconds=0', '--speed=9', '--header', 'secret']
  const { code, stderr } = await refuse(args)
  expect(code).toBe(2)
  expect(stderr).toContain('expected one of the scenarios fan-out')
  expect(stderr).toContain('expected a whole number from 1 to 1000000 for --subscribers, got many')
  expect(stderr).toContain('for --seconds, got 0')
  expect(stderr).toContain('expected a known flag, got --speed')
  expect(stderr).toContain('expected --url beside --header')
  // A header may hold a secret.
  expect(stderr).not.toContain('secret')
})

test('a slip names its neighbour, and the value of an unknown flag is not repeated', async () => {
  const { code, stderr } = await refuse(['fan-uot', '--headr', 'X-Key: secret'])
  expect(code).toBe(2)
  expect(stderr).toContain('got fan-uot: did you mean fan-out?\n')
  expect(stderr).toContain('expected a known flag, got --headr: did you mean --header?\n')
  expect(stderr).not.toContain('secret')
})

test.each(['fan-out', 'slow-readers'])(
  '%s with too few subscribers for its kinds',
  async (name) => {
    const { code, stderr } = await refuse([name, '--subscribers', '2'])
    expect(code).toBe(2)
    expect(stderr).toContain(
      `expected at least 3 --subscribers for ${name}, one of each kind, got 2`,
    )
  },
)

test('what a URL may hold in secret is not repeated', async () => {
  const place = '127.0.0.1:8080'
  const urls = ['--url', `http://${place}/base/?token=secret`, '--publish-url', '//x:secret@y']
  const admins = ['--admin-url', `http://:secret@${place}`, '--admin-url', `${place}/?key=secret`]
  const misplaced = [`http://${place}/?token=secret`, '--target', 'http://user:secret@host']
  const { code, stderr } = await refuse([...misplaced, ...urls, ...admins])
  expect(code).toBe(2)
  expect(stderr).not.toContain('secret')
  expect(stderr).toContain(
    `for --url, without a query, got http://${place}/base/?…: give credentials with --header`,
  )
  expect(stderr).toContain(
    'expected --admin-url without credentials: give them with --admin-header',
  )
})

test('an address where nobody listens', async () => {
  const url = `http://127.0.0.1:${await freePort()}`
  const { code, stderr } = await refuse(['--url', url])
  expect(code).toBe(2)
  expect(stderr).toBe(
    `loadtest: cannot reach ${url}: the connection was refused; check the port, and that the server is running\n`,
  )
})

test('a name without an address', async () => {
  const { code, stderr } = await refuse(['--url', 'http://nowhere.invalid'])
  expect(code).toBe(2)
  expect(stderr).toContain('no address is known for nowhere.invalid')
})

test('a server without TLS behind https', async () => {
  const { code, stderr } = await refuse(['--url', service.url.replace('http:', 'https:')])
  expect(code).toBe(2)
  expect(stderr).toContain('it does not speak TLS; use http://')
})

test('a certificate that nobody vouches for', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'runnel-tls-'))
  const [key, cert] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')]
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  execFileSync('openssl', [...made, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' })
  const files = { key: readFileSync(key), cert: readFileSync(cert) }
  using other = await listen((_, response) => response.end(), files)
  const { code, stderr } = await refuse(['--url', other.url])
  expect(code).toBe(2)
  expect(stderr).toContain('its certificate is not trusted')
  expect(stderr).toContain('NODE_EXTRA_CA_CERTS')
})

test('a server that is not Runnel', async () => {
  using other = await listen((_, response) => response.end('hello'))
  const { code, stderr } = await refuse(['--url', other.url])
  expect(code).toBe(2)
  expect(stderr).toContain('/health/stream-capacity is not Runnel')
  expect(stderr).toContain('hello')
})

/** In front of the service; answers publishes itself. */
async function refusePublishes(status: number) {
  return listen((incoming, outgoing) => {
    if (incoming.method !== 'GET') {
      outgoing.writeHead(status).end()
      return
    }
    const { headers } = incoming
    const forwarded = request(service.url + incoming.url!, { headers }, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(outgoing)
    })
    forwarded.on('error', () => outgoing.destroy())
    outgoing.on('close', () => forwarded.destroy())
    forwarded.end()
  })
}

test('a proxy that lets no publish through', async () => {
  using proxy = await refusePublishes(405)
  const { code, stderr } = await refuse(['--url', proxy.url, '--subscribers', '10'])
  expect(code).toBe(2)
  expect(stderr).toContain('answered 405')
  expect(stderr).toContain('--publish-url')

  const args = ['--url', proxy.url, '--publish-url', service.url]
  const amounts = ['--subscribers', '10', '--seconds', '1']
  await using run = await LoadTestProcess.start([...args, ...amounts])
  expect(await run.breaches()).toEqual([])
})

test('a server that wants other credentials', async () => {
  using proxy = await refusePublishes(401)
  const header = ['--header', 'Authorization: Bearer abc-secret', '--subscribers', '10']
  const { code, stderr } = await refuse(['--url', proxy.url, ...header])
  expect(code).toBe(2)
  expect(stderr).toContain('answered 401')
  expect(stderr).toContain("--header 'Authorization: Bearer …'")
  expect(stderr).not.toContain('abc-secret')
})

test('a server that leads elsewhere', async () => {
  using other = await listen((_, response) => {
    response
      .writeHead(302, { Location: 'https://user:secret@other.test/secret?state=secret' })
      .end()
  })
  const { code, stderr } = await refuse(['--url', other.url])
  expect(code).toBe(2)
  expect(stderr).toContain('name the place that it leads to, https://other.test')
  expect(stderr).not.toContain('secret')
})

test('an admin URL that cannot be read, or tells nothing', async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`
  using page = await listen((_, response) => response.end('<html>hello</html>'))
  const admins = [nobody, page.url, service.url].flatMap((url) => ['--admin-url', url])
  const { code, stderr } = await refuse(['--url', service.url, '--subscribers', '10', ...admins])
  expect(code).toBe(2)
  expect(stderr).toContain(`cannot reach ${nobody}: the connection was refused`)
  expect(stderr).toContain(`${page.url}/metrics (--admin-url), got none that are known`)
  expect(stderr).toContain(`${service.url}/metrics (--admin-url), got status 404`)
  expect(stderr).toContain('RUNNEL_ADMIN_LISTEN')
})

test('an admin URL behind a proxy that wants credentials of its own', async () => {
  const asked: (string | undefined)[] = []
  using proxy = await listen((incoming, response) => {
    asked.push(incoming.headers.authorization)
    if (incoming.headers.authorization === 'Bearer of-admin') response.end('process_open_fds 7\n')
    else response.writeHead(401).end()
  })
  const amounts = ['--subscribers', '10', '--seconds', '1']
  const ofClients = ['--header', 'Authorization: Bearer of-clients']
  const args = ['--url', service.url, '--admin-url', proxy.url, ...ofClients, ...amounts]
  const { code, stderr } = await refuse(args)
  expect(code).toBe(2)
  expect(stderr).toContain('got status 401')
  // Who runs the proxy may not be who the clients' credentials are for.
  expect(asked).toEqual([undefined])

  const ofAdmin = ['--admin-header', 'Authorization: Bearer of-admin']
  await using run = await LoadTestProcess.start([...args, ...ofAdmin])
  await run.exited
  const [result] = (await run.report()).results
  expect(result?.figures.serverDescriptors).toBe(7)
})

test('more subscribers than the server takes', async () => {
  const { code, stderr } = await refuse(['--url', service.url, '--subscribers', '51'])
  expect(code).toBe(2)
  expect(stderr).toMatch(/expected room for 51 subscribers, the server has \d+ of 50 places left/)
  expect(stderr).toContain('RUNNEL_MAX_STREAMS')
})

test('too few descriptors, and what else is wrong', async () => {
  const args = ['--url', service.url, '--subscribers', '1000', '--drivers', '1']
  const { code, stderr } = await refuse(args, ['prlimit', '--nofile=300:300'])
  expect(code).toBe(2)
  expect(stderr).toContain('the hard limit is 300 (ulimit -Hn)')
  expect(stderr).toContain('--drivers 5')
  expect(stderr).toContain('RUNNEL_MAX_STREAMS')
})

test('a low soft limit of descriptors is raised by the drivers', async () => {
  const args = ['replay', '--url', service.url, '--subscribers', '30', '--seconds', '1']
  await using run = await LoadTestProcess.start(args, ['prlimit', '--nofile=40:300'])
  expect(await run.exited).toBe(0)
})
