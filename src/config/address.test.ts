import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLoopback } from '../lib/loopback.ts'
import { formatAddress, parseAddress } from './address.ts'

test.for([
  ['127.0.0.1:8080', { host: '127.0.0.1', port: 8080 }],
  ['[::1]:8080', { host: '::1', port: 8080 }],
  ['0.0.0.0:80', { host: '0.0.0.0', port: 80 }],
  ['[::]:0', { host: '::', port: 0 }],
  ['localhost:65535', { host: 'localhost', port: 65_535 }],
  ['events.example:1', { host: 'events.example', port: 1 }],
] as const)('%s is an address, and is written the same way again', ([text, value]) => {
  expect(parseAddress(text)).toEqual(value)
  expect(formatAddress(value)).toBe(text)
})

test.for([
  '',
  ':8080',
  '*:8080',
  '8080',
  '127.0.0.1',
  '127.0.0.1:',
  '127.0.0.1:65536',
  '127.0.0.1:-1',
  '127.0.0.1:80x',
  '256.0.0.1:80',
  '127.1:80',
  '::1:8080',
  '[::1]',
  '[127.0.0.1]:80',
  '[localhost]:80',
  'http://127.0.0.1:8080',
  'a b:80',
  '-a:80',
])('%j is no address', (text) => {
  expect(parseAddress(text)).toBeUndefined()
})

test('every address survives being written', () => {
  const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain())
  fc.assert(
    fc.property(host, fc.nat({ max: 65_535 }), (name, port) => {
      expect(parseAddress(formatAddress({ host: name, port }))).toEqual({ host: name, port })
    }),
  )
})

test.for(['127.0.0.1', '127.9.9.9', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', 'LocalHost'])(
  'only this machine can reach %s',
  (host) => {
    expect(isLoopback(host)).toBe(true)
  },
)

test.for([
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '::ffff:10.0.0.1',
  'fe80::1',
  'localhost.example',
  'runnel',
])('other machines may reach %s', (host) => {
  expect(isLoopback(host)).toBe(false)
})
