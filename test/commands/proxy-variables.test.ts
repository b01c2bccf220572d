/** Commands behind the proxy of HTTP_PROXY and HTTPS_PROXY. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALLERS, callOf, startCalled } from './callers.ts'
import { startCheckProxy } from './check-proxy.ts'
import { startForwardProxy } from './forward-proxy.ts'
import { startGate } from './gate.ts'
import { runCommand } from './run-command.ts'
import { TEST_CERTIFICATE } from './test-certificate.ts'

/** Only a proxy knows this name. */
const NAME = 'events.example'
const PASSWORD = 'sécret/@:%'
const USERINFO = `user:${encodeURIComponent(PASSWORD)}`
const BASIC = `Basic ${Buffer.from(`user:${PASSWORD}`).toString('base64')}`

let folder: string
let authorities: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proxy-'))
  authorities = join(folder, 'authorities.pem')
  await writeFile(authorities, TEST_CERTIFICATE.cert)
})
afterAll(() => rm(folder, { recursive: true }))

describe.for(CALLERS)('%s', (caller) => {
  test.for(['HTTP_PROXY', 'http_proxy'])('goes through %s, with headers', async (variable) => {
    await using called = await startCalled(caller)
    await using gate = await startGate(called.url, (headers) => headers['x-key'] === 'k')
    await using proxy = await startForwardProxy(gate.url)
    const args = [...callOf(caller, `http://${NAME}`), '--header=X-Key: k']

    const { code, errors } = await runCommand(args, { env: { [variable]: proxy.host } })

    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(proxy.requests.length).toBeGreaterThan(0)
    // Proxies let tunnels through to few ports, so that plain HTTP needs none.
    for (const request of proxy.requests) {
      expect(request).toMatch(/^(?:GET|POST) http:\/\/events\.example\//)
    }
  })

  test('gives a proxy its credentials, and nobody else', async () => {
    await using called = await startCalled(caller)
    await using gate = await startGate(called.url, () => true)
    await using proxy = await startForwardProxy(gate.url, { credentials: BASIC })
    const call = callOf(caller, `http://${NAME}`)

    const right = await runCommand(call, {
      env: { HTTP_PROXY: `http://${USERINFO}@${proxy.host}` },
    })
    const env = { HTTP_PROXY: `http://user:SECRET@${proxy.host}` }
    const { code, output, errors } = await runCommand(call, { env })

    expect(right).toMatchObject({ code: 0, errors: '' })
    expect(gate.requests.length).toBeGreaterThan(0)
    for (const headers of gate.requests) expect(JSON.stringify(headers)).not.toContain('Basic')
    expect(code).toBe(1)
    expect(output + errors).toContain('407')
    expect(output + errors).not.toMatch(/SECRET|user:/)
  })

  test('goes straight to a host of NO_PROXY', async () => {
    await using called = await startCalled(caller)
    const env = { HTTP_PROXY: 'http://127.0.0.1:9', NO_PROXY: '.example,127.0.0.1' }

    const { code, errors } = await runCommand(callOf(caller, called.url), { env })

    expect({ code, errors }).toEqual({ code: 0, errors: '' })
  })

  test('goes through a tunnel of HTTPS_PROXY to the name in the certificate', async () => {
    await using called = await startCalled(caller)
    await using tls = await startCheckProxy(called.url, { tls: TEST_CERTIFICATE })
    await using proxy = await startForwardProxy(`https://127.0.0.1:${tls.port}`, {
      credentials: BASIC,
    })
    const env = {
      HTTP_PROXY: 'http://127.0.0.1:9',
      HTTPS_PROXY: `http://${USERINFO}@${proxy.host}`,
      NODE_EXTRA_CA_CERTS: authorities,
    }

    const { code, errors } = await runCommand(callOf(caller, `https://${NAME}`), { env })

    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(new Set(proxy.requests)).toEqual(new Set([`CONNECT ${NAME}:443`]))
    expect(new Set(tls.names)).toEqual(new Set([NAME]))
  })

  test.for([
    'socks5://user:SECRET@127.0.0.1:9',
    'http://user:12/SECRET@127.0.0.1:9',
    'http://user:12?SECRET@127.0.0.1:9',
    'http://user:12#SECRET@127.0.0.1:9',
    'http://user:SECRET/@127.0.0.1:9',
    'http://127.0.0.1:9/SECRET.pac',
  ])('refuses a variable that names no proxy, and does not show it: %s', async (text) => {
    const env = { HTTP_PROXY: text }

    const { code, errors } = await runCommand(callOf(caller, `http://${NAME}`), { env })

    expect(code).toBe(2)
    expect(errors).toMatch(
      /: HTTP_PROXY: expected a proxy such as http:\/\/proxy\.example:3128, got/,
    )
    expect(errors).not.toContain('SECRET')
  })

  test.for(['http', 'https'])(
    'gives a proxy for %s a password with a percent sign that escapes nothing',
    async (scheme) => {
      const credentials = `Basic ${btoa('user:100%')}`
      await using called = await startCalled(caller)
      await using tls = await startCheckProxy(called.url, { tls: TEST_CERTIFICATE })
      const target = scheme === 'https' ? `https://127.0.0.1:${tls.port}` : called.url
      await using proxy = await startForwardProxy(target, { credentials })
      const url = `http://user:100%@${proxy.host}`
      const env = { HTTP_PROXY: url, HTTPS_PROXY: url, NODE_EXTRA_CA_CERTS: authorities }

      const { code, errors } = await runCommand(callOf(caller, `${scheme}://${NAME}`), { env })

      expect({ code, errors }).toEqual({ code: 0, errors: '' })
    },
  )
})

test.for(['publish', 'check', 'trace'] as const)(
  '%s names the proxy that does not answer, and its variable',
  async (caller) => {
    const env = { HTTP_PROXY: 'http://user:SECRET@127.0.0.1:9' }
    const patience = caller === 'publish' ? ['--retry-for=0s'] : []
    const args = [...callOf(caller, `http://${NAME}`), ...patience]

    const { code, output, errors } = await runCommand(args, { env })

    expect(code).toBe(1)
    expect(output + errors).toContain(
      `connection to http://${NAME} through the proxy http://127.0.0.1:9 (HTTP_PROXY) failed: `,
    )
    expect(output + errors).not.toContain('SECRET')
  },
)

test.for(['tail', 'publish', 'trace'] as const)(
  '%s says that a proxy asks for other credentials for a tunnel',
  async (caller) => {
    await using proxy = await startForwardProxy('http://127.0.0.1:9', { credentials: BASIC })
    const env = { HTTPS_PROXY: `http://user:SECRET@${proxy.host}` }

    const { code, output, errors } = await runCommand(callOf(caller, `https://${NAME}`), { env })

    expect(code).toBe(1)
    expect(errors).toContain('the proxy asks for other credentials (status 407)')
    expect(output + errors).not.toMatch(/SECRET|user:/)
    // It does not try again.
    expect(proxy.requests).toEqual([`CONNECT ${NAME}:443`])
  },
)

test.for([
  ['the same address', (_url: string) => []],
  ['the address that --connect names', (url: string) => [`--publish-url=${url}`]],
] as const)(
  '--connect of a check goes past the proxy, publishes to %s too',
  async ([, flagsFor]) => {
    await using called = await startCalled('check')
    await using proxy = await startForwardProxy(called.url)
    const { port, host } = new URL(called.url)
    const url = `http://localhost:${port}`
    const args = [...callOf('check', url), `--connect=${host}`, ...flagsFor(called.url)]

    const { code, errors } = await runCommand(args, { env: { HTTP_PROXY: proxy.url } })

    expect({ code, errors }).toEqual({ code: 0, errors: '' })
    expect(proxy.requests).toEqual([])
  },
)

test('--connect of a check leaves publishes to another address with the proxy', async () => {
  await using called = await startCalled('check')
  await using proxy = await startForwardProxy(called.url)
  const { host, port } = new URL(called.url)
  const call = callOf('check', `http://localhost:${port}`)
  const args = [...call, `--connect=${host}`, `--publish-url=http://${NAME}`]

  const { code, errors } = await runCommand(args, { env: { HTTP_PROXY: proxy.url } })

  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(proxy.requests.length).toBeGreaterThan(0)
  for (const request of proxy.requests) expect(request).toMatch(/^POST http:\/\/events\.example\//)
})
