import { expect, test } from 'vitest'
import { runCommand } from '../commands/run-command.ts'
import { spawnServe } from '../support/serve-process.ts'
import { startPlainNginx, startSite } from './nginx-proxy.ts'

/** Flags with which a check passes on a loaded machine. */
const PATIENT = ['--late=1m', '--every=10ms']

async function check(url: string, ...flags: string[]) {
  const { code, output } = await runCommand(['check', url, ...flags])
  const [verdict = '', ...advice] = output.slice(output.search(/^(pass|fail) /m)).split('\n')
  return { code, verdict, advice: advice.join(' ').replace(/\s+/g, ' '), output }
}

test('stock nginx passes, since the service asks it not to buffer', async () => {
  await using service = await spawnServe(['--heartbeat=500ms'])
  await using nginx = await startPlainNginx(service.url)

  const { code, output } = await check(nginx.url, '--idle', ...PATIENT)

  expect(output).toContain('pass  delivery: 5 of 5 events came on time')
  expect(output).toMatch(/^pass {2}idle: a heartbeat came after \d+\.\d s of silence$/m)
  expect(code).toBe(0)
})

test('nginx that ignores X-Accel-Buffering, and asks in HTTP/1.0, buffers', async () => {
  await using service = await spawnServe()
  await using nginx = await startPlainNginx(
    service.url,
    'proxy_ignore_headers X-Accel-Buffering',
    'proxy_http_version 1.0',
  )

  const { code, verdict, advice } = await check(nginx.url, '--wait=1s')

  expect(verdict).toBe('fail  delivery: no stream within 1s: no answer came for 1s')
  expect(advice).toMatch(/^ Polls are answered\. Something on the way buffers the answer\./)
  expect(advice).toContain('Either nginx has proxy_ignore_headers X-Accel-Buffering: remove that')
  expect(advice).toContain('nginx.ingress.kubernetes.io/proxy-buffering: "off"')
  expect(code).toBe(1)
})

test('nginx that ignores X-Accel-Buffering, and asks in HTTP/1.1, passes chunks on at once', async () => {
  await using service = await spawnServe()
  await using nginx = await startPlainNginx(
    service.url,
    'proxy_ignore_headers X-Accel-Buffering',
    'proxy_http_version 1.1',
  )

  expect((await check(nginx.url, ...PATIENT)).code).toBe(0)
})

test('of two nginx in a row the inner one keeps X-Accel-Buffering, and the outer one buffers', async () => {
  await using service = await spawnServe()
  await using inner = await startPlainNginx(service.url)
  await using outer = await startPlainNginx(inner.url)

  const { code, verdict, advice } = await check(outer.url, '--wait=1s')

  expect(verdict).toBe('fail  delivery: no stream within 1s: no answer came for 1s')
  expect(advice).toContain(
    'Or two nginx stand in a row, and the inner one keeps the header to itself: set ' +
      'proxy_pass_header X-Accel-Buffering there.',
  )
  expect(code).toBe(1)
})

test('two nginx in a row pass if the inner one does what the advice says', async () => {
  await using service = await spawnServe()
  await using inner = await startPlainNginx(service.url, 'proxy_pass_header X-Accel-Buffering')
  await using outer = await startPlainNginx(inner.url)

  expect((await check(outer.url, ...PATIENT)).code).toBe(0)
})

test('a stock nginx in front of the configuration of this project passes', async () => {
  await using service = await spawnServe()
  await using inner = await startSite('one-process.conf', [service.url])
  await using outer = await startPlainNginx(inner.url)

  expect((await check(outer.url, ...PATIENT)).code).toBe(0)
})

test.for(['text/event-stream', '*'])('nginx with `gzip_types %s` compresses', async (types) => {
  await using service = await spawnServe()
  await using nginx = await startPlainNginx(service.url, `gzip_types ${types}`)

  const { code, verdict, advice } = await check(nginx.url)

  expect(verdict).toBe(
    'fail  delivery: expected the stream as it is, got it compressed (Content-Encoding: "gzip")',
  )
  expect(advice).toContain('nginx: gzip off for /stream, or gzip_types without it.')
  expect(advice).toContain('ingress-nginx: gzip-types in its ConfigMap.')
  expect(code).toBe(1)
})

test('a read timeout below the heartbeat cuts a silent stream', async () => {
  await using service = await spawnServe(['--heartbeat=1m'])
  await using nginx = await startPlainNginx(service.url, 'proxy_read_timeout 1s')

  const { code, output } = await check(nginx.url, '--idle', ...PATIENT)

  expect(output).toContain('idle     until the heartbeat, which comes every 1m\n')
  expect(output).toMatch(
    /^fail {2}idle: the stream was cut after \d+\.\d s of silence, while the heartbeat comes every 1m: the connection broke/m,
  )
  const advice = output.replace(/\s+/g, ' ')
  expect(advice).toContain('nginx: proxy_read_timeout (60s by default).')
  expect(advice).toContain('annotation nginx.ingress.kubernetes.io/proxy-read-timeout')
  expect(code).toBe(1)
})

test('a name that the service does not know is named with its setting', async () => {
  await using service = await spawnServe()
  await using nginx = await startSite('one-process.conf', [service.url])

  const { host } = new URL(nginx.url)
  const { code, verdict } = await check('http://events.example.com', '--connect', host)

  expect(verdict).toMatch(/^fail {2}delivery: .*or one of RUNNEL_HOSTS \(status 421\)$/)
  expect(code).toBe(1)
})

test('an address that takes no publishes is told apart from one that buffers', async () => {
  await using service = await spawnServe()
  await using nginx = await startPlainNginx(
    service.url,
    'if ($request_method = POST) { return 403; }',
  )

  const { verdict, advice } = await check(nginx.url)

  expect(verdict).toMatch(/^fail {2}delivery: the publish of event 1 failed: .+ \(status 403\)$/)
  expect(advice).toContain('--publish-url')
})

test('an admin listener behind nginx has no streams', async () => {
  await using service = await spawnServe()
  await using nginx = await startPlainNginx(service.adminUrl)

  const { verdict } = await check(nginx.url, '--wait=1s')

  expect(verdict).toMatch(/^fail {2}delivery: no stream within 1s: .+ \(status 404\)$/)
})

test.for([
  ['one-process.conf', /no stream within 1s: the stream broke at once/],
  ['plain', /no stream within 1s: .+ \(status 502\)$/],
] as const)('no process behind nginx, %s', async ([site, found]) => {
  const nobody = 'http://127.0.0.1:1'
  await using nginx = await (site === 'plain' ? startPlainNginx(nobody) : startSite(site, [nobody]))

  const { verdict, advice } = await check(nginx.url, '--wait=1s')

  expect(verdict).toMatch(found)
  expect(advice).toContain('does the service run')
})

test('processes that do not share a log are not taken for a proxy that buffers', async () => {
  await using one = await spawnServe()
  await using other = await spawnServe()
  await using nginx = await startSite('several-processes.conf', [one.url, other.url])

  const { code, verdict, advice } = await check(nginx.url, '--wait=1s')

  expect(verdict).toMatch(/^fail {2}delivery: \d of 5 events did not come/)
  expect(advice).toContain('another process of it: a log in memory is not shared')
  expect(code).toBe(1)
})
