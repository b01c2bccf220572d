import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { readTailItem, type TailItem } from './tail-item.ts'
import { formatText, warningOf } from './tail-text.ts'

const flash: Extract<TailItem, { kind: 'event' }> = {
  kind: 'event',
  id: 'abcdefgh-1',
  channel: 'news',
  event: 'flash',
  data: 'text',
  time: '2026-11-22T10:00:00.000Z',
}

function warn(event: string, fields: object): string | undefined {
  return warningOf(readTailItem({ id: 'abcdefgh-9', event, data: JSON.stringify(fields) }))
}

test('colors change nothing but the color', () => {
  const colored = formatText(flash, { hasChannels: true, hasColors: true })

  expect(colored).toContain('\u001b[')
  expect(stripVTControlCharacters(colored)).toBe('2026-11-22T10:00:00.000Z news flash text\n')
})

test('an event without envelope is shown without channel and time', () => {
  const item = readTailItem({ id: '7', event: 'message', data: '{"channel":"news"}' })

  expect(item).toMatchObject({ kind: 'event', channel: undefined, data: '{"channel":"news"}' })
  expect(item.kind === 'event' && formatText(item, { hasChannels: true, hasColors: false })).toBe(
    '{"channel":"news"}\n',
  )
})

test.for([
  ['trimmed', 12, 'gap in news: 12 events are missing, a-1 to a-12 (trimmed: they left the'],
  ['diverged', 1, 'gap in news: 1 event is missing, a-1 to a-12 (diverged: a fail-over'],
  ['epoch-lost', null, 'gap in news: events may be missing, a-1 to a-12 (epoch-lost: the history'],
  ['of the future', null, 'gap in news: events may be missing, a-1 to a-12 (of the future)'],
] as const)('a gap says what is missing: %s, %s', ([reason, missed, text]) => {
  const gap = { channel: 'news', reason, from: 'a-1', to: 'a-12', missed }

  expect(warn('runnel.gap', gap)).toContain(text)
})

test('a gap without known fields is still shown', () => {
  const gap = { channel: null, reason: 'unknown-cursor', from: null, to: null, missed: null }

  expect(warn('runnel.gap', gap)).toBe(
    'gap: events may be missing (unknown-cursor: the cursor does not belong to these channels)',
  )
})

test('fields of system events cannot control the terminal', () => {
  expect(warn('runnel.fault', { message: '\u001b[2J' })).toBe(
    'the service closed the stream: \\u001b[2J',
  )
})

test('system events of normal operation give no warning', () => {
  expect(warn('runnel.open', {})).toBeUndefined()
  expect(warn('runnel.drain', { retry: 1 })).toBeUndefined()
  expect(warn('runnel.expire', { reason: 'age' })).toBeUndefined()
})
