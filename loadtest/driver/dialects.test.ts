import { expect, test } from 'vitest'
import { DIALECTS } from './dialects.ts'

test.for([
  ['runnel', 'latest', '/stream/a~7C%3Ab'],
  ['runnel', 'earliest', '/stream/a~7C%3Ab?from=earliest'],
  ['runnel', 20, '/stream/a~7C%3Ab?last=20'],
  ['nchan', 'latest', '/stream/a~7C%3Ab'],
  ['plain', 'latest', '/stream/a~7C%3Ab'],
  ['mercure', 'latest', '/.well-known/mercure?topic=a%7E7C%3Ab'],
  ['mercure', 'earliest', '/.well-known/mercure?topic=a%7E7C%3Ab&lastEventID=earliest'],
] as const)('a stream of %s from %s is %s', ([name, from, path]) => {
  expect(DIALECTS[name].streamPath('a~7C:b', from)).toBe(path)
})

test.for([
  ['nchan', 'earliest'],
  ['plain', 5],
  ['mercure', 5],
] as const)('%s offers no start from %s', ([name, from]) => {
  expect(() => DIALECTS[name].streamPath('a', from)).toThrow('expected subscribers from latest')
})

test('only Runnel has polls', () => {
  expect(DIALECTS.runnel.pollPath('a', 3)).toBe('/poll/a?last=3')
  expect(() => DIALECTS.mercure.pollPath('a', 'latest')).toThrow('expected a Runnel service')
})

test('publishes are text, or a form for Mercure', () => {
  for (const name of ['runnel', 'nchan', 'plain'] as const) {
    expect(DIALECTS[name].publish('a', 'x&y')).toMatchObject({ path: '/publish/a', body: 'x&y' })
  }
  expect(DIALECTS.mercure.publish('a', 'x&y')).toMatchObject({
    path: '/.well-known/mercure',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: 'topic=a&data=x%26y',
  })
})

test('the position is in the answer of Runnel alone', () => {
  expect(DIALECTS.runnel.positionOf('{"channel":"a","ids":["aaaaaaaa-7"]}')).toBe('aaaaaaaa-7')
  expect(DIALECTS.mercure.positionOf('urn:uuid:1')).toBe('')
})

test.each(['', 'ok', 'null', '{"ids":[]}', '{"ids":["7"]}', '{"ids":["aaaaaaaa-7","aaaaaaaa-8"]}'])(
  'an answer of %s names no position',
  (answer) => {
    expect(DIALECTS.runnel.positionOf(answer)).toBe('')
  },
)
