import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { publish } from '../../src/cli/publish/publish.ts'
import { tail } from '../../src/cli/tail/tail.ts'
import { eventually } from '../support/eventually.ts'
import { startTestService } from '../support/service.ts'
import { publishTo } from './publish-and-read.ts'
import { createTestIo } from './command-io.ts'
import { startStubService } from './stub-service.ts'
import { runCommand } from './run-command.ts'

test('on a terminal, tail shows a gap among the events and in color', async () => {
  await using service = await startTestService({ 'history-events': '1' })
  const [cursor] = await publishTo(service.url, 'news', 'a')
  for (const text of ['b', 'c']) await publishTo(service.url, 'news', text)
  const io = createTestIo({ isTerminal: true, hasColors: true })

  const args = ['news', '--cursor', String(cursor), '--count=1', '--url', service.url]
  expect(await tail(args, io)).toBe(0)

  expect(io.output()).toContain('\u001b[33mgap in news: 1 event is missing')
  expect(stripVTControlCharacters(io.output())).toMatch(/^gap in .+\n\S+ c\n$/)
  expect(io.errors()).toBe('')
})

test('tail stops reading while its output is not read', async () => {
  await using service = await startTestService()
  const taken = Promise.withResolvers<void>()
  const io = createTestIo({ flush: () => taken.promise })
  const other = createTestIo()
  const args = ['news', '--url', service.url]
  const running = [tail(args, io), tail(args, other)]
  await eventually(() => expect(service.snapshot().subscribers).toBe(2))

  for (let number = 0; number < 20; number++) {
    await publishTo(service.url, 'news', `event ${number}`)
  }
  await eventually(() => expect(other.output()).toContain('event 19'))
  expect(io.output()).not.toContain('event 19')
  taken.resolve()
  await eventually(() => expect(io.output()).toBe(other.output()))

  for (const { signal } of [io, other]) signal()
  expect(await Promise.all(running)).toEqual([0, 0])
})

test('on a terminal, publish without data prints its usage', async () => {
  const io = createTestIo({ isInputTerminal: true })

  expect(await publish(['news'], io)).toBe(2)
  expect(io.errors()).toMatch(/^Usage: runnel publish/)
})

test.for([['--lines'], ['--file=-', '--lines']])(
  'on a terminal, publish %s reads typed lines',
  async (flags) => {
    await using service = await startTestService()
    const io = createTestIo({ isInputTerminal: true, input: type('a\n', 'b\n') })

    expect(await publish(['news', ...flags, '--url', service.url], io)).toBe(0)
    expect(io.output()).toMatch(/^\w{8}-1\n\w{8}-2\n$/)
  },
)

test('progress is shown on a terminal without the output of ids', async () => {
  await using service = await startTestService()
  const errorsOf = async (terminals: { isTerminal: boolean; isErrorTerminal: boolean }) => {
    const io = createTestIo({ ...terminals, input: type('a\nb\n', 'c\n') })
    expect(await publish(['news', '--lines', '--url', service.url], io)).toBe(0)
    return io.errors()
  }

  expect(await errorsOf({ isTerminal: false, isErrorTerminal: true })).toBe(
    '\r2 events published\r3 events published\n',
  )
  expect(await errorsOf({ isTerminal: true, isErrorTerminal: true })).toBe('')
  expect(await errorsOf({ isTerminal: false, isErrorTerminal: false })).toBe('')
})

test.for([
  ['tail news --url', 403, 'runnel tail: '],
  ['publish news text --url', 403, 'runnel publish: '],
  ['check', 403, 'fail  delivery: '],
  ['check --wait=1s', 503, 'runnel check: waiting for the stream: '],
] as const)('a refusal cannot control the terminal: %s, %d', async ([args, status, prefix]) => {
  await using service = await startStubService(() => status, {}, 'gone\u001b[2J')

  const { code, output, errors } = await runCommand([...args.split(' '), service.url])

  expect(code).toBe(1)
  expect(output + errors).toContain(String.raw`${prefix}gone\u001b[2J (status ${status})`)
  expect(output + errors).not.toContain('\u001b')
})

test('a refusal that tail waits out cannot control the terminal', async () => {
  await using service = await startStubService(() => 503, {}, 'gone\u001b[2J')
  const io = createTestIo()
  const running = tail(['news', '--url', service.url], io)
  await eventually(() => expect(io.errors()).not.toBe(''))

  io.signal()

  expect(await running).toBe(0)
  expect(io.errors()).toBe(
    String.raw`runnel tail: no connection, trying again: gone\u001b[2J (status 503)` + '\n',
  )
})

async function* type(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text)
}
