import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startTestService } from '../support/service.ts'
import { readAll } from './publish-and-read.ts'
import { runCommand } from './run-command.ts'
import { startStubService } from './stub-service.ts'

test('publishes an argument and prints its id', async () => {
  await using service = await startTestService()

  const { code, output, errors } = await runCommand([
    'publish',
    'news',
    'hello',
    '--event=greeting',
    '--url',
    service.url,
  ])

  const events = await readAll(service.url, 'news')
  expect(events).toMatchObject([{ event: 'greeting', data: 'hello' }])
  expect({ code, output, errors }).toEqual({ code: 0, output: `${events[0]?.id}\n`, errors: '' })
})

test('publishes standard input as it is, in one event', async () => {
  await using service = await startTestService()

  const { code } = await runCommand(['publish', 'news', '--url', service.url], {
    input: 'two\nlines ü\n',
  })

  expect(code).toBe(0)
  expect(await readAll(service.url, 'news')).toMatchObject([{ data: 'two\nlines ü\n' }])
})

test('publishes a file, as one event or as lines', async () => {
  await using service = await startTestService()
  const folder = await mkdtemp(join(tmpdir(), 'publish-'))
  const file = join(folder, 'data')
  await writeFile(file, 'one\r\ntwo\n')
  const publish = (...args: string[]) =>
    runCommand(['publish', ...args, '--file', file, '--url', service.url])

  await publish('whole')
  const lines = await publish('lines', '--lines')
  await rm(folder, { recursive: true })

  expect(await readAll(service.url, 'whole')).toMatchObject([{ data: 'one\ntwo\n' }])
  const events = await readAll(service.url, 'lines')
  expect(events).toMatchObject([{ data: 'one' }, { data: 'two' }])
  expect(lines.output).toBe(events.map(({ id }) => `${id}\n`).join(''))
})

test('--file - is standard input', async () => {
  await using service = await startTestService()

  await runCommand(['publish', 'news', '--file=-', '--quiet', '--url', service.url], {
    input: 'in',
  })

  expect(await readAll(service.url, 'news')).toMatchObject([{ data: 'in' }])
})

test('publishes thousands of lines in order', async () => {
  await using service = await startTestService({ 'history-events': '5000' })
  const texts = Array.from({ length: 3_210 }, (_, index) => `line ${index}`)

  const { code, output } = await runCommand(
    ['publish', 'news', '--lines', '--event=line', '--url', service.url],
    { input: texts.join('\n') },
  )

  const events = await readAll(service.url, 'news')
  expect(events.map(({ data }) => data)).toEqual(texts)
  expect(new Set(events.map(({ event }) => event))).toEqual(new Set(['line']))
  expect(output.split('\n')).toEqual([...events.map(({ id }) => id), ''])
  expect(code).toBe(0)
})

test('--json publishes values, with the digits of their numbers', async () => {
  await using service = await startTestService()
  const url = service.url

  await runCommand(['publish', 'news', '{"price": 1.10}', '--json', '--event=offer', '--url', url])
  await runCommand(['publish', 'news', '--json', '--url', url], { input: '[1,\n 2]\n' })
  await runCommand(['publish', 'news', '--json', '--lines', '--url', url], {
    input: '"text"\n\n12345678901234567890\n',
  })

  expect(await readAll(url, 'news')).toMatchObject([
    { event: 'offer', data: '{"price":1.10}' },
    { event: 'message', data: '[1,2]' },
    { data: 'text' },
    { data: '12345678901234567890' },
  ])
})

test('--quiet prints no ids', async () => {
  await using service = await startTestService()

  const { output } = await runCommand(['publish', 'a', 'b', '--quiet', '--url', service.url])

  expect(output).toBe('')
})

test('a refusal of the service ends it with the reason', async () => {
  await using service = await startTestService({ 'body-limit': '10' })

  const { code, errors, output } = await runCommand([
    'publish',
    'news',
    'eleven bytes',
    '--url',
    service.url,
  ])

  expect({ code, output }).toEqual({ code: 1, output: '' })
  expect(errors).toBe('runnel publish: expected a body of at most 10 bytes (status 413)\n')
})

test('lines published before a bad one are counted', async () => {
  await using service = await startTestService()
  const input = `${'1\n'.repeat(500)}2\nthree\n`

  const { code, errors, output } = await runCommand(
    ['publish', 'news', '--lines', '--json', '--url', service.url],
    { input },
  )

  expect(code).toBe(1)
  expect(errors).toBe(
    'runnel publish: line 502: expected JSON, got "three" (500 events were published before)\n',
  )
  expect(output.trimEnd().split('\n')).toHaveLength(500)
})

test('bytes that are not text are refused', async () => {
  await using service = await startTestService()
  const input = Uint8Array.of(0x61, 0x0a, 0xff)
  const whole = await runCommand(['publish', 'news', '--url', service.url], { input })
  const lines = await runCommand(['publish', 'news', '--lines', '--url', service.url], { input })

  expect(whole.errors).toBe('runnel publish: expected a body of valid UTF-8 (status 400)\n')
  expect(lines.errors).toBe('runnel publish: expected UTF-8, got other bytes after line 0\n')
  expect([whole.code, lines.code]).toEqual([1, 1])
})

test('a missing file is reported in one sentence', async () => {
  const missing = await runCommand(['publish', 'news', '--file', '/nowhere/data'])
  const folder = await runCommand(['publish', 'news', '--lines', '--file', '/'])

  expect(missing).toMatchObject({
    code: 2,
    errors: 'runnel publish: --file: expected a file, got "/nowhere/data": there is no such file\n',
  })
  expect(folder.code).toBe(2)
  expect(folder.errors).toMatch(/: --file: expected a file, got "\/": EISDIR/)
})

test.for([
  ['no/channel text', /expected a channel name .+ got "no\/channel"/],
  ['a b c', /expected one DATA, got 2: put it in quotes/],
  ['a b --lines', /expected DATA or --lines, got both/],
  ['a b --file=c', /expected DATA or --file, got both/],
  ['a {1} --json', /--json: expected JSON as DATA, got "\{1\}"/],
  ['a b --event=runnel.gap', /--event: must not start with "runnel\."/],
  ['a b --key=ü', /--key: expected 1 to 117 visible ASCII characters/],
  ['a b --retry-for=10', /--retry-for: expected a duration such as 10s or 5m, got "10"/],
  ['a b --url=nowhere', /--url: expected an address such as http:/],
  ['a b --line', /expected a known flag, got --line: did you mean --lines\?/],
] as const)('bad use is reported before any request: publish %s', async ([args, message]) => {
  const { code, errors, output } = await runCommand(['publish', ...args.split(' ')])

  expect({ code, output }).toEqual({ code: 2, output: '' })
  expect(errors).toMatch(message)
  expect(errors.split('\n')).toHaveLength(2)
})

test('no channel is bad use, answered with the usage', async () => {
  const { code, errors } = await runCommand(['publish'])

  expect(code).toBe(2)
  expect(errors).toMatch(/^Usage: runnel publish CHANNEL/)
})

test.for([
  [[], 'runnel publish: accepted, but no replica of the log has confirmed it in time (status 202)'],
  [['--quiet'], 'a fail-over may lose it\n'],
] as const)('says what a 202 means, with %j', async ([flags, meaning]) => {
  await using stub = await startStubService(() => 202)

  const { code, errors } = await runCommand(['publish', 'a', 'x', '--url', stub.url, ...flags])

  expect(code).toBe(0)
  expect(errors).toContain(meaning)
  expect(errors.split('\n')).toHaveLength(2)
})

test('says once what a 202 means, and in the end how many events got one', async () => {
  await using stub = await startStubService((request) => (request === 1 ? 200 : 202))
  const input = Array.from({ length: 1_001 }, () => 'line').join('\n')

  const { code, errors } = await runCommand(
    ['publish', 'a', '--lines', '--key=k', '--url', stub.url],
    { input },
  )

  expect(code).toBe(0)
  expect(errors.split('\n')).toEqual([
    expect.stringContaining('status 202'),
    // The stub answers each request with one id.
    'runnel publish: 2 of 3 events were not confirmed',
    '',
  ])
})
