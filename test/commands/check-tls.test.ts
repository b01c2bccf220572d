/** A check says at once, and in one sentence, why a connection cannot be. */
import { createServer } from 'node:http'
import { createServer as createServerTls } from 'node:https'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestService } from '../support/service.ts'
import { startForwardProxy } from './forward-proxy.ts'
import { runCommand } from './run-command.ts'
import { TEST_CERTIFICATE } from './test-certificate.ts'
import { listenLocally } from '../support/local-server.ts'

const AUTHORITY = 'NODE_EXTRA_CA_CERTS'

let folder: string
let env: { NODE_EXTRA_CA_CERTS: string }
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-'))
  env = { NODE_EXTRA_CA_CERTS: join(folder, 'authorities.pem') }
  await writeFile(env.NODE_EXTRA_CA_CERTS, TEST_CERTIFICATE.cert)
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs a check that must not wait: it has a longer time for it than the test. */
async function checkAtOnce(url: string, options = {}, ...flags: string[]) {
  const { code, output, errors } = await runCommand(['check', url, ...flags], options)
  expect({ code, errors }).toEqual({ code: 1, errors: '' })
  const [verdict = '', ...advice] = output.slice(output.indexOf('fail  ')).split('\n')
  return { verdict, advice: advice.join(' ').replace(/\s+/g, ' ') }
}

test('a service without TLS', async () => {
  await using service = await startTestService()

  const { verdict, advice } = await checkAtOnce(service.url.replace('http:', 'https:'))

  expect(verdict).toMatch(
    /no stream: connection to https:\S+ failed: it answers without TLS: is it http:\/\/ instead of https:\/\/\?$/,
  )
  expect(advice).toMatch(/^ Write http:\/\//)
})

test('a server with other versions of TLS', async () => {
  const ciphers = 'DEFAULT@SECLEVEL=0'
  const versions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers } as const
  await using server = await listen(createServerTls({ ...TEST_CERTIFICATE, ...versions }))

  const { verdict, advice } = await checkAtOnce(`https://127.0.0.1:${server.port}`)

  expect(verdict).toMatch(/failed: it has no version of TLS in common with this machine/)
  expect(verdict).not.toContain('openssl/')
  expect(advice).not.toContain(AUTHORITY)
})

test('a server with a certificate that nothing vouches for', async () => {
  await using server = await listen(createServerTls(TEST_CERTIFICATE))

  const { verdict, advice } = await checkAtOnce(`https://127.0.0.1:${server.port}`)

  expect(verdict).toContain('self-signed certificate')
  expect(advice).toContain(AUTHORITY)
})

test('a server with a certificate for other names', async () => {
  await using server = await listen(createServerTls(TEST_CERTIFICATE))

  const { verdict, advice } = await checkAtOnce(`https://127.0.0.1:${server.port}`, { env })

  expect(verdict).toContain("does not match certificate's altnames")
  expect(advice).toContain('Call the service by a name of its certificate')
  expect(advice).not.toContain(AUTHORITY)
})

test('a server that asks for a certificate of the client', async () => {
  const asks = { requestCert: true, rejectUnauthorized: true }
  await using server = await listen(createServerTls({ ...TEST_CERTIFICATE, ...asks }))
  const to = `--connect=127.0.0.1:${server.port}`

  const { verdict, advice } = await checkAtOnce('https://events.example', { env }, to)

  expect(verdict).toContain('it asks for a certificate of the client')
  expect(advice).not.toContain(AUTHORITY)
})

test('a name that is not known, whatever words are in it', async () => {
  const { verdict, advice } = await checkAtOnce('https://certificate-407.invalid')

  expect(verdict).toContain('ENOTFOUND')
  expect(advice).toContain('Is the address right')
  expect(advice).not.toContain(AUTHORITY)
})

test.for(['http', 'https'])('a proxy that asks for credentials for %s', async (scheme) => {
  await using proxy = await startForwardProxy('http://127.0.0.1:9', { credentials: 'Basic b' })
  const variables = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url }

  const { verdict, advice } = await checkAtOnce(`${scheme}://events.example`, { env: variables })

  expect(verdict).toContain('(status 407)')
  expect(advice).toContain('Write user and password into the variable of the proxy')
  expect(advice).not.toContain('Is the address right')
})

test('a proxy that refuses the tunnel', async () => {
  const refusing = createServer().on('connect', (_, socket) => {
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  await using server = await listen(refusing)
  const variables = { HTTPS_PROXY: `http://user:SECRET@127.0.0.1:${server.port}` }

  const { verdict, advice } = await checkAtOnce('https://events.example', { env: variables })

  expect(verdict).toContain('the proxy refuses the tunnel (status 403)')
  expect(verdict).not.toContain('SECRET')
  expect(advice).toContain('NO_PROXY')
})

test('an address for publishes without TLS', async () => {
  await using service = await startTestService()
  const to = `--publish-url=${service.url.replace('http:', 'https:')}`

  const { verdict, advice } = await checkAtOnce(service.url, {}, to)

  expect(verdict).toMatch(/the publish of event 1 failed: .* it answers without TLS: is it http/)
  expect(advice).toMatch(/^ Write http:\/\//)
})

async function listen(server: ReturnType<typeof createServer | typeof createServerTls>) {
  return listenLocally(server)
}
