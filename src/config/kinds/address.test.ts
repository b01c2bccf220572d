import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLoopback } from '../../lib/loopback.ts'
import { formatAddress, parseAddress, parseHost, parseWebOrigin } from './address.ts'

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

test.for([
  ['events.example', 'events.example'],
  ['Events.Example', 'events.example'],
  ['10.0.0.1', '10.0.0.1'],
  ['[::1]', '[::1]'],
] as const)('%s is the host %s', ([text, host]) => {
  expect(parseHost(text)).toEqual({ ok: true, value: host })
})

test.for([
  '',
  '*',
  'events.example:8080',
  'https://events.example',
  'a/b',
  '::1',
  '[a]',
  '[::1',
  'a..b',
])('%j is no host', (text) => {
  expect(parseHost(text)).toMatchObject({ ok: false })
})

test.for([
  'https://app.example',
  'http://localhost:5173',
  'http://[::1]:3000',
  'https://a.b:8443',
  'capacitor://localhost',
  'ionic://localhost',
  'tauri://localhost',
  'tauri://localhost:1430',
  'app://.',
  'app://obsidian.md',
  'chrome-extension://ghbmnnjooekpmoecnnnilnnbdlolhkhi',
  'vscode-webview://0f1a',
  'com.example.app+v2://main',
])('%s is an origin', (origin) => {
  expect(parseWebOrigin(origin)).toEqual({ ok: true, value: origin })
})

test.for([
  ['https://app.example/', 'write https://app.example'],
  ['https://app.example/login?a#b', 'write https://app.example'],
  ['https://App.example', 'write https://app.example'],
  ['https://app.example:443', 'write https://app.example'],
  ['https://me@app.example', 'write https://app.example'],
  ['https://bücher.example', 'write https://xn--bcher-kva.example'],
  ['capacitor://localhost/', 'write capacitor://localhost'],
  ['Capacitor://localhost', 'write capacitor://localhost'],
  ['app://./index.html?a', 'write app://.'],
  ['app://me@main#x', 'write app://main'],
] as const)('%s is refused, with the origin it means', ([text, hint]) => {
  const parsed = parseWebOrigin(text)

  expect(parsed).toMatchObject({ ok: false, problem: expect.stringContaining(hint) })
})

test.for(['*', 'https://*.example'])('the wildcard %s is refused with its reason', (text) => {
  expect(parseWebOrigin(text)).toMatchObject({
    ok: false,
    problem: expect.stringContaining('name each origin'),
  })
})

test.for([
  '',
  'null',
  'app.example',
  'localhost:5173',
  'ftp://app.example',
  'wss://app.example',
  'file:///x',
  'data:,x',
  'javascript://x',
  'capacitor://',
  'capacitor:localhost',
  'app:///index.html',
  // Misspelled, and no scheme of an app.
  'htps://app.example',
  'htpps://app.example',
  'httpss://app.example',
  'htttp://app.example',
  'ttps://app.example',
])('%j is no origin', (text) => {
  expect(parseWebOrigin(text)).toEqual({
    ok: false,
    problem: `expected an origin such as https://app.example, got ${JSON.stringify(text)}`,
  })
})

test('no part of credentials becomes an origin', () => {
  const parsed = parseWebOrigin('https://user:12/secret@app.example')

  expect(parsed).toEqual({
    ok: false,
    problem: 'expected an origin such as https://app.example, got "https://…@app.example"',
  })
})

test('the origin of any page, as a browser sends it, is accepted', () => {
  fc.assert(
    fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (url) => {
      const { origin } = new URL(url)

      expect(parseWebOrigin(origin)).toEqual({ ok: true, value: origin })
    }),
  )
})
