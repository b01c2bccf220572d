import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Open } from '../../src/schema/system-events.ts'
import { BlockSplitter, hasData } from '../support/clients/block-splitter.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest, parseChunks } from '../support/clients/raw-response.ts'
import { publishText } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

interface Block {
  readonly retry: string | undefined
  readonly id: string | undefined
  readonly event: string
  readonly data: string
}

/** The fields of a block as the protocol orders them; heartbeats may stand in front. */
const BLOCK =
  /^(?::\n)*(?:retry: (\d+)\n)?(?:id: ([^\n]+)\n)?(?:event: ([^\n]+)\n)?((?:data: [^\n]*\n)+)$/

const CLOSING = ['runnel.full', 'runnel.drain', 'runnel.expire', 'runnel.fault']
const WITH_RETRY: readonly string[] = ['runnel.open', ...CLOSING]
const WITHOUT_ID: readonly string[] = ['runnel.ping', 'runnel.expire', 'runnel.fault']

function parseBlock(text: string): Block {
  expect({ text, hasData: hasData(text) }).toEqual({ text, hasData: true })
  const [, retry, id, event = 'message', data = ''] = BLOCK.exec(`${text}\n`) ?? []
  expect({ text, data }).not.toEqual({ text, data: '' })
  return { retry, id, event, data: data.slice('data: '.length, -1) }
}

/** Checks all blocks of a stream, and returns the names of their events. */
function checkBlocks(body: string, { cursor }: Scenario): readonly string[] {
  const splitter = new BlockSplitter()
  const blocks = splitter.push(body).map(parseBlock)
  const names = blocks.map(({ event }) => event)
  const gaps = Math.max(
    0,
    names.findIndex((name) => name !== 'runnel.gap'),
  )
  const isRefused = CLOSING.includes(names[0] ?? '')
  for (const { event, retry, id } of blocks) {
    expect([event, retry !== undefined]).toEqual([event, WITH_RETRY.includes(event)])
    const hasId = event === 'runnel.drain' ? isRefused : !WITHOUT_ID.includes(event)
    expect([event, id !== undefined]).toEqual([event, hasId])
  }
  expect(isRefused ? names.length : 1).toBe(1)
  expect(names.indexOf('runnel.open')).toBe(isRefused ? -1 : gaps)
  expect(names.filter((name) => name === 'runnel.open')).toHaveLength(isRefused ? 0 : 1)
  const open = blocks.find(({ event }) => event === 'runnel.open')
  const told = open && (JSON.parse(open.data) as Open)
  expect(open?.id).toBe(told?.cursor)
  expect(open?.id).toBe(gaps > 0 ? blocks[gaps - 1]!.id : open?.id)
  expect(told?.resumed).toBe(told && cursor !== 'none' && gaps === 0)
  return names
}

const QUERIES = ['', 'from=earliest', 'last=2', 'envelope=1', 'ping=1', 'ping=1&last=1&form=1']
const CURSORS = ['none', 'trimmed', 'kept', 'foreign', 'epoch-lost', 'ahead'] as const
const ENDINGS = ['shed', 'drain', 'age', 'leave'] as const

const scenario = fc.record({
  isSeveral: fc.boolean(),
  query: fc.constantFrom(...QUERIES),
  cursor: fc.constantFrom(...CURSORS),
  live: fc.array(fc.constantFrom('', 'x', '\n', 'a\n\nb', 'data: y', ':\n', ' '), { maxLength: 4 }),
  version: fc.constantFrom('1.0', '1.1'),
  isIdle: fc.boolean(),
  ending: fc.constantFrom(...ENDINGS),
})
type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never

function cursorOf({ cursor, isSeveral }: Scenario, ids: readonly string[]): string {
  const [epoch] = ids[0]!.split('-')
  const words = {
    none: '',
    trimmed: ids[0]!,
    kept: ids[4]!,
    foreign: '42',
    'epoch-lost': 'zzzzzzzz-3',
    ahead: `${epoch}-999`,
  }
  const word = words[cursor]
  return isSeveral && word !== '' ? `${word}.${word}` : word
}

async function end(service: TestService, ending: Scenario['ending']): Promise<void> {
  if (ending === 'shed') await service.drain.shed(1, 0)
  if (ending === 'drain') await service.drain.begin()
}

/** Reads the body of the scenario's stream to its end. */
async function readBody(service: TestService, chosen: Scenario): Promise<string> {
  const { isSeveral, query, live, version, ending, isIdle } = chosen
  const ids: string[] = []
  for (let number = 1; number <= 6; number++)
    ids.push(await publishText(service.url, 'a', `${number}`))
  const target = isSeveral ? `/stream?channel=a&channel=b&${query}` : `/stream/a?${query}`
  await using connection = await RawConnection.open(service.url)
  const cursor = cursorOf(chosen, ids)
  const headers = cursor === '' ? [] : [`Last-Event-ID: ${cursor}`]
  connection.send(formatRequest(target, { headers, version }))
  await connection.until(/event: runnel\.(?:open|full|drain)\n/)
  for (const data of live) await publishText(service.url, 'a', data)
  await publishText(service.url, 'a', 'the last')
  const isOpen = connection.text.includes('runnel.open')
  // A stream may reach its age before it is given them.
  if (isOpen) await connection.until(ending === 'age' ? /the last|runnel\.expire/ : 'the last')
  if (isOpen && isIdle && ending !== 'age') await connection.until(/\n:\n|runnel\.ping/)
  await end(service, ending)
  const text = isOpen && ending === 'leave' ? connection.text : await connection.untilEnd()
  const body = text.slice(text.indexOf('\r\n\r\n') + 4)
  return version === '1.0' ? body : parseChunks(Buffer.from(body)).chunks.join('')
}

test('whatever a stream is asked for and however it ends, no block is without data', async () => {
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(scenario, async (chosen) => {
      const age = chosen.ending === 'age' ? { 'max-age': '100ms' } : {}
      const flags = { heartbeat: '50ms', 'history-events': '3', ...age }
      await using service = await startTestService(flags)
      for (const name of checkBlocks(await readBody(service, chosen), chosen)) seen.add(name)
    }),
    { numRuns: 80 },
  )
  expect([...seen]).toEqual(
    expect.arrayContaining([
      'runnel.open',
      'runnel.gap',
      'runnel.drain',
      'runnel.expire',
      'runnel.ping',
    ]),
  )
})

test.for([
  ['is full', { 'max-streams': '1' }, 'runnel.full'],
  ['drains', {}, 'runnel.drain'],
] as const)('a pod that %s answers with one block', async ([, flags, name]) => {
  await fc.assert(
    fc.asyncProperty(scenario, async (chosen) => {
      await using service = await startTestService({ ...flags, heartbeat: '50ms' })
      await using guest = await RawConnection.open(service.url)
      guest.send(formatRequest('/stream/guest'))
      await guest.until('runnel.open')
      if (name === 'runnel.drain') await service.drain.begin()
      expect(checkBlocks(await readBody(service, chosen), chosen)).toEqual([name])
    }),
    { numRuns: 15 },
  )
})
