import { expect, test } from 'vitest'
import { describeRedisUrl, parseRedisUrl } from './redis-url.ts'

const PLAIN = {
  topology: 'single',
  hosts: [{ host: 'db', port: 6379 }],
  tls: false,
  username: undefined,
  password: undefined,
  db: 0,
  primaryName: undefined,
  sentinelUsername: undefined,
  sentinelPassword: undefined,
}

test.each([
  ['redis://db', {}],
  ['redis://db:7000/3', { hosts: [{ host: 'db', port: 7000 }], db: 3 }],
  ['rediss://db', { tls: true }],
  ['redis://:secret@db', { password: 'secret' }],
  ['redis://me:se%40cret%2F@db', { username: 'me', password: 'se@cret/' }],
  ['redis://me:100%@db', { username: 'me', password: '100%' }],
  ['redis://[::1]:7000', { hosts: [{ host: '::1', port: 7000 }] }],
  [
    'redis+sentinel://a,b:7000/main',
    {
      topology: 'sentinel',
      hosts: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 7000 },
      ],
      primaryName: 'main',
    },
  ],
  [
    'rediss+sentinel://me:x@a/main/2?sentinelUsername=s&sentinelPassword=y',
    {
      topology: 'sentinel',
      hosts: [{ host: 'a', port: 26_379 }],
      tls: true,
      username: 'me',
      password: 'x',
      primaryName: 'main',
      db: 2,
      sentinelUsername: 's',
      sentinelPassword: 'y',
    },
  ],
  [
    'redis+cluster://a,b',
    {
      topology: 'cluster',
      hosts: [
        { host: 'a', port: 6379 },
        { host: 'b', port: 6379 },
      ],
    },
  ],
])('%s', (text, expected) => {
  expect(parseRedisUrl(text)).toEqual({ ...PLAIN, ...expected })
})

test.each([
  '',
  'db:6379',
  'http://db',
  'redis://',
  'redis://a,b',
  'redis://db:0',
  'redis://db:65536',
  'redis://db/one',
  'redis://db/1/2',
  'redis://db?tls=true',
  'redis+sentinel://a,b',
  'redis+sentinel://a,b/',
  'redis+sentinel://a/main?sentinelpassword=typo',
  'redis+cluster://a/1',
  'redis+cluster://a,,b',
  'redis+other://a',
])('refuses %s', (text) => {
  expect(parseRedisUrl(text)).toBeUndefined()
})

test('the description has the hosts and no credentials', () => {
  expect(shown('rediss://me:secret@db/4')).toBe('rediss://db:6379/4')
  expect(shown('redis+sentinel://me:secret@a,[::1]:7/main?sentinelPassword=secret')).toBe(
    'redis+sentinel://a:26379,[::1]:7/main',
  )
})

function shown(text: string): string {
  return describeRedisUrl(parseRedisUrl(text)!)
}
