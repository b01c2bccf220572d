import { expect, test } from 'vitest'
import { readChoice } from './options.ts'

const DEFAULTS = { subscribers: 1_000, channels: 1, rate: 20, seconds: 60, bytes: 128 }

test('without variables the scenario decides', () => {
  expect(readChoice({}, DEFAULTS)).toEqual({
    url: 'http://127.0.0.1:8080',
    publishUrl: 'http://127.0.0.1:8080',
    subscribers: 1_000,
    rate: 20,
    seconds: 60,
    bytes: 128,
    retry: 3,
  })
})

test('events are published where streams are read, unless told otherwise', () => {
  expect(readChoice({ URL: 'https://news.example/base/' }, DEFAULTS)).toMatchObject({
    url: 'https://news.example/base',
    publishUrl: 'https://news.example/base',
  })
  const PUBLISH_URL = 'http://10.0.0.7:8080'
  expect(readChoice({ PUBLISH_URL }, DEFAULTS).publishUrl).toBe(PUBLISH_URL)
})

test('an address that is refused is shown without its password', () => {
  expect(() => readChoice({ URL: '"http://user:SECRET@news.example"' }, DEFAULTS)).toThrow(
    'got "http://…@news.example"',
  )
})

test.each([
  { URL: 'localhost:8080' },
  { PUBLISH_URL: '' },
  { SUBSCRIBERS: '0' },
  { RATE: '0.5' },
  { SECONDS: '1m' },
  { RETRY: '-1' },
])('%o is refused by name', (env) => {
  const [name] = Object.keys(env)
  expect(() => readChoice(env, DEFAULTS)).toThrow(new RegExp(`^${name}: expected .*, got `))
})
