import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestService } from '../support/service.ts'
import { TEST_CERTIFICATE } from './test-certificate.ts'
import { startCheckProxy } from './check-proxy.ts'
import { runCommand } from './run-command.ts'

/** Flags with which a check passes on a loaded machine. */
const PATIENT = ['--late=1m', '--every=10ms']
/** A service on a loopback address answers only to known names. */
const HOSTS = { hosts: 'events.example,192.0.2.1' }

let folder: string
let authorities: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'check-'))
  authorities = join(folder, 'authorities.pem')
  await writeFile(authorities, TEST_CERTIFICATE.cert)
})
afterAll(() => rm(folder, { recursive: true }))

test('--connect changes the address of the connection, not the requested name', async () => {
  await using service = await startTestService(HOSTS)
  await using proxy = await startCheckProxy(service.url)
  const to = `127.0.0.1:${proxy.port}`

  const { code, output } = await runCommand([
    'check',
    'http://events.example',
    `--connect=${to}`,
    `--publish-url=${service.url}`,
    ...PATIENT,
  ])

  expect(output).toMatch(/^stream +http:\/\/events\.example\/stream\/runnel\.check\./m)
  expect(output).toContain(`\nconnect  ${to}\n`)
  expect(output).toContain('pass  delivery')
  expect(code).toBe(0)
  expect(proxy.requests).toMatchObject([{ host: 'events.example' }])
})

test('--connect without a port takes that of the URL, and the host in brackets if it has colons', async () => {
  await using service = await startTestService(HOSTS)
  await using proxy = await startCheckProxy(service.url)
  const url = `http://events.example:${proxy.port}`

  const local = await runCommand([
    'check',
    url,
    '--connect=localhost',
    `--publish-url=${service.url}`,
    ...PATIENT,
  ])
  const v6 = await runCommand(['check', 'https://events.example', '--connect=[::1]', '--wait=1s'])

  expect(local.output).toContain(`\nconnect  localhost:${proxy.port}\n`)
  expect(local.code).toBe(0)
  expect(proxy.requests).toMatchObject([{ host: `events.example:${proxy.port}` }])
  expect(v6.output).toContain('\nconnect  [::1]:443\n')
  // With the brackets it would be looked up as a name.
  expect(v6.output).not.toContain('ENOTFOUND')
})

test.for(['events.example', '192.0.2.1'])(
  'over TLS, the certificate must be for %s, not for the address of the connection',
  async (name) => {
    await using service = await startTestService(HOSTS)
    await using proxy = await startCheckProxy(service.url, { tls: TEST_CERTIFICATE })
    const args = [`--connect=127.0.0.1:${proxy.port}`, `--publish-url=${service.url}`, ...PATIENT]
    const env = { NODE_EXTRA_CA_CERTS: authorities }

    const trusted = await runCommand(['check', `https://${name}`, ...args], { env })
    const other = await runCommand(['check', 'https://other.example', ...args, '--wait=1s'], {
      env,
    })

    expect(trusted.output).toContain('pass  delivery')
    // TLS asks for no name where the host is an address, and no request goes to an untrusted server.
    expect(proxy.names).toEqual([name === '192.0.2.1' ? false : name])
    expect(proxy.requests).toMatchObject([{ host: name }])
    expect(other.output).toMatch(/fail {2}delivery: .+ does not match certificate's altnames/)
    expect([trusted.code, other.code]).toEqual([0, 1])
  },
)

test('an untrusted certificate fails, with advice', async () => {
  await using service = await startTestService(HOSTS)
  await using proxy = await startCheckProxy(service.url, { tls: TEST_CERTIFICATE })
  const to = `127.0.0.1:${proxy.port}`

  const { code, output } = await runCommand([
    'check',
    'https://events.example',
    `--connect=${to}`,
    '--wait=1s',
  ])

  expect(output).toMatch(/fail {2}delivery: no stream within 1s: .+ self-signed certificate/)
  expect(output).toContain('NODE_EXTRA_CA_CERTS')
  expect(code).toBe(1)
})
