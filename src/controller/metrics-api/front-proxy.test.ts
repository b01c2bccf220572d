import { Agent } from 'node:https'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { ClientAuthority } from '../../../test/support/client-certificates.ts'
import { ask, frontProxyOf, MetricsApi, USER } from '../../../test/support/metrics-api.ts'
import { parseFrontProxy, type FrontProxy } from './front-proxy.ts'

const PATH = '/apis/custom.metrics.k8s.io/v1beta2'
const NO_CERTIFICATE = { cert: undefined, key: undefined }

let authority: ClientAuthority
let other: ClientAuthority
let frontProxy: FrontProxy | undefined
let api: MetricsApi

beforeAll(async () => {
  authority = await ClientAuthority.create()
  other = await ClientAuthority.create()
  api = await MetricsApi.start({ frontProxy: () => frontProxy })
})
afterAll(async () => {
  await api[Symbol.asyncDispose]()
})

afterEach(() => {
  vi.useRealTimers()
})

async function statusFor(options: Parameters<MetricsApi['get']>[1], path = PATH) {
  const { status } = await api.get(path, options)
  return status
}

describe('who may read', () => {
  test('the front proxy on behalf of a user', async () => {
    frontProxy = frontProxyOf(authority, 'front-proxy-client')
    expect(await statusFor(await authority.issue('front-proxy-client'))).toBe(200)
  })

  test('any certificate of the authority where no names are listed', async () => {
    frontProxy = frontProxyOf(authority)
    expect(await statusFor(await authority.issue('anything'))).toBe(200)
  })

  test.each([
    '/apis',
    '/apis/custom.metrics.k8s.io',
    PATH,
    `${PATH}/namespaces/a/streamcapacities.runnel.dev/b/subscribers`,
    '/nowhere',
  ])('nobody without a certificate: %s', async (path) => {
    frontProxy = frontProxyOf(authority)
    expect(await statusFor({ ...NO_CERTIFICATE, headers: {} }, path)).toBe(401)
  })

  test('nobody who writes the headers of the front proxy without its certificate', async () => {
    frontProxy = frontProxyOf(authority)
    const headers = { ...USER, 'X-Remote-Group': 'system:masters' }
    expect(await statusFor({ ...NO_CERTIFICATE, headers })).toBe(401)
  })

  test('nobody with a certificate of another authority', async () => {
    frontProxy = frontProxyOf(authority, 'front-proxy-client')
    expect(await statusFor(await other.issue('front-proxy-client'))).toBe(401)
  })

  test('nobody with the certificate of a server', async () => {
    frontProxy = frontProxyOf(authority)
    const server = await authority.issue('front-proxy-client', 'serverAuth')
    expect(await statusFor(server)).toBe(401)
  })

  test('nobody with another name', async () => {
    frontProxy = frontProxyOf(authority, 'front-proxy-client')
    expect(await statusFor(await authority.issue('front-proxy-client2'))).toBe(403)
  })

  test('not the front proxy on behalf of nobody', async () => {
    frontProxy = frontProxyOf(authority, 'front-proxy-client')
    const certificate = await authority.issue('front-proxy-client')
    expect(await statusFor({ ...certificate, headers: {} })).toBe(401)
  })

  test('nobody while the authority is unknown', async () => {
    frontProxy = undefined
    expect(await statusFor(await authority.issue('front-proxy-client'))).toBe(401)
    expect(await statusFor({}, '/readyz')).toBe(503)
  })
})

/** Options of requests that share connections, or at least TLS sessions. */
async function startConnecting(keepAlive: boolean) {
  const certificate = await authority.issue('front-proxy-client')
  const agent = new Agent({ keepAlive, maxSockets: 1, maxCachedSessions: 10 })
  onTestFinished(() => {
    agent.destroy()
  })
  return { agent, ca: api.caBundle, ...certificate, headers: USER }
}

test.each([
  ['an open connection', true],
  ['a resumed session', false],
])('%s loses its rights with the authority that proved it', async (_, keepAlive) => {
  frontProxy = frontProxyOf(authority)
  const connection = await startConnecting(keepAlive)
  expect(await ask(api.port, PATH, connection)).toMatchObject({ status: 200 })
  expect(await ask(api.port, PATH, connection)).toMatchObject({ status: 200 })
  frontProxy = frontProxyOf(other)
  expect(await ask(api.port, PATH, connection)).toMatchObject({ status: 401 })
})

test('an open connection loses its rights when its certificate ends', async () => {
  frontProxy = frontProxyOf(authority)
  const connection = await startConnecting(true)
  expect(await ask(api.port, PATH, connection)).toMatchObject({ status: 200 })
  vi.setSystemTime(Date.now() + 2 * 60 * 60 * 1_000)
  expect(await ask(api.port, PATH, connection)).toMatchObject({ status: 401 })
})

test('an intermediate authority counts where its root is listed, too', async () => {
  const intermediate = await ClientAuthority.create(authority)
  const certificate = await intermediate.issue('front-proxy-client')
  expect(() => frontProxyOf(intermediate)).toThrow('expected a root')
  frontProxy = frontProxyOf(authority)
  expect(await statusFor(certificate)).toBe(401)
  const pem = `${intermediate.certificate}\n${authority.certificate}`
  frontProxy = parseFrontProxy({
    'requestheader-client-ca-file': pem,
    'requestheader-username-headers': '["X-Remote-User"]',
  })
  expect(await statusFor(certificate)).toBe(200)
})

test('a rotated authority is trusted by the next connection', async () => {
  frontProxy = frontProxyOf(authority)
  expect(await statusFor(await other.issue('front-proxy-client'))).toBe(401)
  frontProxy = frontProxyOf(other)
  expect(await statusFor(await other.issue('front-proxy-client'))).toBe(200)
})

describe('parseFrontProxy', () => {
  test('reads several authorities, the allowed names and the header names', () => {
    const parsed = parseFrontProxy({
      'client-ca-file': 'of users, who do not come here',
      'requestheader-client-ca-file': `# old\n${authority.certificate}\n\n# new\n${other.certificate}`,
      'requestheader-allowed-names': '["a","b"]',
      'requestheader-username-headers': '["X-Remote-User","X-User"]',
    })
    expect(parsed.authorities).toHaveLength(2)
    expect(parsed).toMatchObject({
      allowedNames: ['a', 'b'],
      userHeaders: ['x-remote-user', 'x-user'],
    })
  })

  test.each([
    [{}, 'expected certificates in requestheader-client-ca-file'],
    [
      {
        'requestheader-client-ca-file':
          '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      },
      'expected certificates in requestheader-client-ca-file',
    ],
  ])('refuses what no authority is in: %j', (data, message) => {
    expect(() => parseFrontProxy(data)).toThrow(message)
  })

  test.each(['"a"', '{', '[1]'])('refuses names that are no list of texts: %s', (text) => {
    const data = {
      'requestheader-client-ca-file': authority.certificate,
      'requestheader-allowed-names': text,
    }
    expect(() => parseFrontProxy(data)).toThrow('requestheader-allowed-names')
  })
})
