import { expect, test } from 'vitest'
import { isLoopback } from './loopback.ts'

test.for([
  '127.0.0.1',
  '127.255.255.254',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::1%lo',
  '::ffff:127.0.0.1',
  '::FFFF:7f00:1',
  '0:0:0:0:0:ffff:127.255.255.254',
  'localhost',
  'LocalHost',
])('%s is reached from this machine only', (host) => {
  expect(isLoopback(host)).toBe(true)
})

// A name may point anywhere, whatever it looks like, and `localhost` is the one that may not.
test.for([
  '0.0.0.0',
  '::',
  '128.0.0.1',
  '126.255.255.255',
  '::2',
  '::127.0.0.1',
  '::ffff:126.255.255.255',
  '::ffff:8000:1',
  '::ffff:0:127.0.0.1',
  '64:ff9b::127.0.0.1',
  'localhost.example',
  '127.1',
  '',
])('%s may be reached from elsewhere', (host) => {
  expect(isLoopback(host)).toBe(false)
})
