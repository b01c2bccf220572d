import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { RedisServer } from '../../rig/servers/redis-server.ts'
import { TestAuthority } from '../../rig/servers/redis-tls.ts'
import { spawnServe } from '../support/serve-process.ts'
import { MAIN, runCommand } from './run-command.ts'

test('all problems with settings are reported at once', async () => {
  const { code, output, errors } = await runCommand(
    ['serve', '--listen=:8080', '--max-streams', 'many'],
    { env: { RUNNEL_RETRY: '3', RUNNEL_MAX_STREAM: '5' } },
  )

  expect({ code, output }).toEqual({ code: 2, output: '' })
  expect(errors.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^warning: RUNNEL_MAX_STREAM is not a setting/),
    expect.stringMatching(/^--listen: expected an address/),
    expect.stringMatching(/^--max-streams: expected a whole number/),
    expect.stringMatching(/^RUNNEL_RETRY: expected a duration/),
  ])
})

test('files that cannot be read are reported with all other problems', async () => {
  const env = {
    RUNNEL_RETRY: '3',
    RUNNEL_REDIS_URL: 'rediss://127.0.0.1:1',
    RUNNEL_CAPACITY_FILE: '/nowhere/capacity.json',
  }
  const { code, output, errors } = await runCommand(['serve', '--redis-ca-file=/nowhere/ca.crt'], {
    env,
  })

  expect({ code, output }).toEqual({ code: 2, output: '' })
  expect(errors.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^RUNNEL_RETRY: expected a duration/),
    '--redis-ca-file: expected a file with PEM certificates, all of them whole, got "/nowhere/ca.crt": there is no such file',
  ])
})

test('a file that cannot be read is enough to refuse the start', async () => {
  const { code, errors } = await runCommand(['serve'], {
    env: { RUNNEL_REDIS_URL: 'rediss://127.0.0.1:1', RUNNEL_REDIS_CA_FILE: MAIN },
  })

  expect(code).toBe(2)
  expect(errors).toMatch(/^RUNNEL_REDIS_CA_FILE: .*: it does not hold that\n$/)
})

test('a certificate that is not of its key is refused in one sentence', async () => {
  await using one = await TestAuthority.create()
  await using other = await TestAuthority.create()
  const { code, errors } = await runCommand([
    'serve',
    '--redis-url=rediss://127.0.0.1:1',
    `--redis-cert-file=${one.certFile}`,
    `--redis-key-file=${other.keyFile}`,
  ])

  expect(code).toBe(1)
  expect(errors).toMatch(/^runnel serve: expected .*RUNNEL_REDIS_KEY_FILE the key .*mismatch\n$/)
})

test.for([
  ['listen', '127.0.0.1'],
  ['admin-listen', '127.0.0.1'],
  ['listen', '::1'],
] as const)('a taken port is reported in one sentence: %s on %s', async ([flag, host]) => {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const written = host === '::1' ? '[::1]' : host
  const addresses = { listen: '127.0.0.1:0', 'admin-listen': '127.0.0.1:0' }
  const flags = Object.entries({ ...addresses, [flag]: `${written}:${port}` })

  const { code, errors } = await runCommand([
    'serve',
    ...flags.map(([name, value]) => `--${name}=${value}`),
  ])
  server.close()

  expect(code).toBe(1)
  expect(errors).toContain(`runnel serve: expected ${written}:${port} to be free, `)
  expect(errors).toMatch(/^.+ --listen .+\n$/)
})

test('a refused Redis password is reported in one sentence, without the password', async () => {
  await using server = await RedisServer.start({ directives: { requirepass: 'right' } })

  const { code, output, errors } = await runCommand([
    'serve',
    `--redis-url=${server.url.replace('//', '//:sesame@')}`,
  ])

  expect({ code, output }).toEqual({ code: 1, output: '' })
  expect(errors).toMatch(
    /^runnel serve: expected .+ WRONGPASS .+ RUNNEL_REDIS_URL, or into RUNNEL_REDIS_USERNAME and .*RUNNEL_REDIS_PASSWORD_FILE.*\n$/,
  )
  expect(errors).not.toContain('sesame')
})

test('the first SIGTERM drains and ends with 0', async () => {
  await using serve = await spawnServe(['--drain-window=50ms'])
  const response = await fetch(`${serve.url}/stream/news`)

  serve.child.kill('SIGTERM')

  expect(await response.text()).toMatch(/retry: \d+\nevent: runnel\.drain\ndata: .+\n\n$/)
  expect(await serve.exited).toBe(0)
})

test.for([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('a second %s ends at once', async ([signal, code]) => {
  await using serve = await spawnServe(['--drain-window=1h'])
  // At the beginning of the window at most one stream is closed.
  const streams = await Promise.all(
    Array.from({ length: 3 }, () => fetch(`${serve.url}/stream/news`)),
  )

  serve.child.kill(signal)
  await eventually(() => expect(serve.lines.map(({ msg }) => msg)).toContain('draining'))
  expect(serve.child.exitCode).toBeNull()
  serve.child.kill(signal)

  expect(await serve.exited).toBe(code)
  for (const { body } of streams) expect(body).not.toBeNull()
})

test('a service without streams ends with the first signal, whatever the window', async () => {
  await using serve = await spawnServe(['--drain-window=1h'])

  serve.child.kill('SIGINT')

  expect(await serve.exited).toBe(0)
  // The last log lines may be read after the process has ended.
  await eventually(() => expect(serve.lines.at(-1)).toMatchObject({ msg: 'drained' }))
})

test('a small history alone lowers the limit of a body, and explain says so', async () => {
  const env = { RUNNEL_HISTORY_BYTES: '64KiB' }
  await using serve = await spawnServe([], { env })

  const statuses = await Promise.all(
    [1_000, 65_537].map(async (bytes) => {
      const headers = { 'Content-Type': 'text/plain' }
      const body = 'x'.repeat(bytes)
      return (await fetch(`${serve.url}/publish/a`, { method: 'POST', headers, body })).status
    }),
  )
  const { output } = await runCommand(['explain'], { env })

  expect(statuses).toEqual([200, 413])
  expect(output).toMatch(/^RUNNEL_BODY_LIMIT +64KiB +default$/m)
})
