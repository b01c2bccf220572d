import { expect, test } from 'vitest'
import { parseHost } from './host.ts'

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
