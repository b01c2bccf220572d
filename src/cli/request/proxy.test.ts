import { expect, test } from 'vitest'
import { proxyOf } from './proxy.ts'

const PROXY = 'http://user:secret@proxy.example:3128'

function hostOf(target: string, env: Record<string, string>): string | undefined {
  return proxyOf(new URL(target), env)?.url.host
}

test('each scheme has its variable', () => {
  const env = { HTTP_PROXY: 'http://plain:1', HTTPS_PROXY: 'http://secure:2' }

  expect(hostOf('http://a.example', env)).toBe('plain:1')
  expect(hostOf('https://a.example', env)).toBe('secure:2')
  expect(hostOf('https://a.example', { HTTP_PROXY: 'http://plain:1' })).toBeUndefined()
})

test('small letters count first, even if they are empty, and blanks are none', () => {
  expect(hostOf('http://a.example', { http_proxy: 'b:1', HTTP_PROXY: 'c:2' })).toBe('b:1')
  expect(hostOf('http://a.example', { http_proxy: '', HTTP_PROXY: 'c:2' })).toBeUndefined()
  expect(hostOf('http://a.example', { HTTP_PROXY: ' ' })).toBeUndefined()
})

test('a message names address and variable, without user and password', () => {
  expect(proxyOf(new URL('http://a.example'), { http_proxy: PROXY })?.shown).toBe(
    'http://proxy.example:3128 (http_proxy)',
  )
})

test.for([
  ['a.example', 'http://a.example', true],
  ['a.example', 'http://b.a.example', true],
  ['a.example', 'http://ba.example', false],
  ['.a.example', 'http://a.example', true],
  ['*.a.example', 'http://b.a.example', true],
  ['A.Example', 'http://a.example', true],
  ['a.example', 'http://a.example.', true],
  ['b.example, a.example', 'http://a.example', true],
  ['b.example a.example', 'http://a.example', true],
  ['*', 'http://a.example', true],
  ['', 'http://a.example', false],
  [',', 'http://a.example', false],
  ['a.example:80', 'http://a.example', true],
  ['a.example:8080', 'http://a.example', false],
  ['a.example:8080', 'http://a.example:8080', true],
  ['127.0.0.1', 'http://127.0.0.1:8080', true],
  ['::1', 'http://[::1]:8080', true],
  ['[::1]', 'http://[::1]:8080', true],
  ['[::1]:8080', 'http://[::1]:8080', true],
  ['[::1]:80', 'http://[::1]:8080', false],
  ['localhost', 'http://localhost:8080', true],
  ['10.0.0.0/8', 'http://10.96.0.1', true],
  ['10.0.0.0/8', 'http://11.0.0.1', false],
  ['127.0.0.0/8,10.0.0.0/8', 'http://127.1.2.3:8080', true],
  ['10.1.2.3/16', 'http://10.1.9.9', true],
  ['0.0.0.0/0', 'http://192.0.2.1', true],
  ['10.0.0.0/33', 'http://10.0.0.1', false],
  ['10.0.0.0/x', 'http://10.0.0.1', false],
  ['10.0.0.0/8', 'http://10.example', false],
  ['0.0.1', 'http://127.0.0.1', false],
  ['192.0.2.1:8080', 'http://192.0.2.1:8080', true],
  ['192.0.2.1:8080', 'http://192.0.2.1', false],
  ['fd00::/8', 'http://[fd12:3456::1]', true],
  ['[fd00::]/8', 'http://[fd12:3456::1]', true],
  ['fd00::/8', 'http://[fe80::1]', false],
  ['fd00::/129', 'http://[fd00::1]', false],
  ['fe80::1%eth0', 'http://[fe80::1]', false],
  ['0:0:0:0:0:0:0:1', 'http://[::1]:8080', true],
  ['FD00:0::1', 'http://[fd00::1]', true],
] as const)('NO_PROXY=%j and %s: straight %j', ([list, target, isStraight]) => {
  const env = { HTTP_PROXY: PROXY, NO_PROXY: list }

  expect(hostOf(target, env) === undefined).toBe(isStraight)
})
