import { setImmediate } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { check } from '../../src/cli/check/check.ts'
import { eventually } from '../support/eventually.ts'
import { spawnServe } from '../support/serve-process.ts'
import { startTestService } from '../support/service.ts'
import { beginAnswer, startCheckProxy } from './check-proxy.ts'
import { createTestIo } from './command-io.ts'
import { runCommand, startCommand } from './run-command.ts'

/** Flags with which a check passes on a loaded machine. */
const PATIENT = ['--late=1m', '--every=10ms']

test('a service without a proxy passes', async () => {
  await using serve = await spawnServe()

  const { code, output, errors } = await runCommand(['check', serve.url, ...PATIENT])

  const lines = output.trimEnd().split('\n')
  const [, channel] = /^channel +(runnel\.check\.\w{12})$/m.exec(output) ?? []
  expect(lines.slice(0, 3)).toEqual([
    `stream   ${serve.url}/stream/${channel}?from=earliest`,
    `publish  ${serve.url}/publish/${channel}`,
    `channel  ${channel}`,
  ])
  for (const [index, line] of lines.slice(3, -1).entries()) {
    const times = 'sent at +\\d+ ms, came at +\\d+ ms, after +\\d+ ms'
    expect(line).toMatch(new RegExp(`^event ${index + 1} +${times}$`))
  }
  expect(lines).toHaveLength(3 + 5 + 1)
  expect(lines.at(-1)).toMatch(
    /^pass {2}delivery: 5 of 5 events came on time, the slowest after \d+ ms$/,
  )
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
})

test('publishes the number of events in its flag', async () => {
  await using service = await startTestService()

  const { code, output } = await runCommand(['check', service.url, ...PATIENT, '--events=30'])

  expect(code).toBe(0)
  expect(output.match(/^event /gm)).toHaveLength(30)
  expect(output).toContain('pass  delivery: 30 of 30 events came on time')
})

test('keeps the path of a service behind a prefix', async () => {
  const { output } = await runCommand([
    'check',
    'http://127.0.0.1:1/prefix/',
    '--publish-url=http://127.0.0.1:1/other',
    '--wait=1s',
  ])

  expect(output).toMatch(/^stream +http:\/\/127\.0\.0\.1:1\/prefix\/stream\/runnel\.check\./m)
  expect(output).toMatch(/^publish +http:\/\/127\.0\.0\.1:1\/other\/publish\/runnel\.check\./m)
})

test('on a terminal only the color of the verdict differs', async () => {
  await using service = await startTestService()
  const io = createTestIo({ isTerminal: true, hasColors: true })

  expect(await check([service.url, ...PATIENT], io)).toBe(0)

  expect(io.output()).toContain('\u001b[32mpass')
  expect(stripVTControlCharacters(io.output())).toMatch(/^pass {2}delivery: 5 of 5 /m)
})

test.for(['SIGINT', 'SIGTERM'] as const)('%s ends it while it waits', async (signal) => {
  await using command = startCommand(['check', 'http://127.0.0.1:1', '--wait=10m'])
  await eventually(() => expect(command.errors).toContain('waiting for the stream'))

  command.child.kill(signal)

  expect(await command.exited).toBe(1)
  expect(command.errors).toContain(`runnel check: ended by ${signal} before there was a verdict\n`)
  expect(command.output).not.toContain('delivery')
})

test('a signal ends it while no answer comes', async () => {
  await using service = await startTestService()
  await using proxy = await startCheckProxy(service.url, { relay: () => {} })
  await using command = startCommand(['check', proxy.url, '--wait=10m'])
  await eventually(() => expect(proxy.requests).toHaveLength(1))

  command.child.kill('SIGTERM')

  expect(await command.exited).toBe(1)
})

test('a signal ends it while events are awaited', async () => {
  await using service = await startTestService()
  await using proxy = await startCheckProxy(service.url, { relay: beginAnswer })
  const args = ['--publish-url', service.url, '--events=1', '--late=1m']
  await using command = startCommand(['check', proxy.url, ...args])
  await eventually(() => expect(proxy.requests).toHaveLength(1))

  command.child.kill('SIGTERM')

  expect(await command.exited).toBe(1)
  expect(command.output).not.toContain('delivery')
})

test('a signal ends it while its output is not read', async () => {
  await using service = await startTestService()
  const io = createTestIo({ flush: () => new Promise(() => {}) })
  let code: number | undefined
  const running = check([service.url, ...PATIENT], io).then((result) => (code = result))
  await eventually(() => expect(io.output()).toContain('pass  delivery'))
  await setImmediate()

  expect(code).toBeUndefined()
  io.signal()
  expect(await running).toBe(0)
})

test.for([
  ['', /expected one URL, such as http:\S+, got 0/],
  ['http://a http://b', /expected one URL, such as http:\S+, got 2/],
  ['localhost:8080', /URL: expected an address such as http:\S+, got "localhost:8080"/],
  ['ftp://a', /URL: expected an address such as http:/],
  ['http://a?b', /URL: expected an address such as http:/],
  ['http://a --publish-url=b', /--publish-url: expected an address such as http:\S+, got "b"/],
  ['http://a --connect=b/c', /--connect: expected a host with or without a port, .+ got "b\/c"/],
  ['http://a --connect=b:0', /--connect: expected a host .+ got "b:0"/],
  ['http://a --connect=b:65536', /--connect: expected a host .+ got "b:65536"/],
  ['http://a --connect=::1', /--connect: expected a host .+ got "::1"/],
  ['http://a --connect=', /--connect: expected a host .+ got ""/],
  ['http://a --events=0', /--events: expected a whole number from 1 to 1000, got "0"/],
  ['http://a --events=1001', /--events: expected a whole number from 1 to 1000, got "1001"/],
  ['http://a --every=1ms', /--every: expected a duration from 10ms to 1m, .+ got "1ms"/],
  ['http://a --every=2m', /--every: expected a duration from 10ms to 1m, .+ got "2m"/],
  ['http://a --late=1', /--late: expected a duration from 10ms to 1m, .+ got "1"/],
  ['http://a --late=61s', /--late: expected a duration from 10ms to 1m, .+ got "61s"/],
  ['http://a --wait=0s', /--wait: expected a duration from 1s to 10m, .+ got "0s"/],
  ['http://a --wait=1h', /--wait: expected a duration from 1s to 10m, .+ got "1h"/],
  ['http://a --event=1', /expected a known flag, got --event: did you mean --events\?/],
] as const)('bad use is reported before any request: check %s', async ([args, message]) => {
  const { code, errors, output } = await runCommand(['check', ...args.split(' ').filter(Boolean)])

  expect({ code, output }).toEqual({ code: 2, output: '' })
  expect(errors).toMatch(message)
  expect(errors.split('\n')).toHaveLength(2)
})
