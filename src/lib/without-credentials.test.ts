import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { withoutCredentials } from './without-credentials.ts'

test.for([
  ['http://u:secret@events.example:8080/base', 'http://…@events.example:8080/base'],
  ['http://u:a/secret?@b@events.example', 'http://…@events.example'],
  ['http://secret@events.example', 'http://…@events.example'],
  ['redis://:secret@[::1]:6379', 'redis://…@[::1]:6379'],
  ['https:/u:secret@events.example', 'https:/…@events.example'],
  ['https:u:secret@events.example', '…@events.example'],
  ['//u:secret@events.example', '…@events.example'],
  ['"http://u:secret@events.example"', '"http://…@events.example"'],
  [' u:secret@events.example', '…@events.example'],
  ['u:sec ret@events.example', '…@events.example'],
  ['url: http://u:secret@events.example', '…@events.example'],
  ['u%3Asecret@events.example', '…@events.example'],
  ['https://events.example/?token=secret', 'https://events.example/?…'],
  ['http://u:secret@events.example/?token=secret', 'http://…@events.example/?…'],
  ['https://events.example/#secret', 'https://events.example/#…'],
  ['events.example/?token=secret', 'events.example/?…'],
  ['/login?next=secret', '/login?…'],
  ['u:secret@events.example', '…@events.example'],
  ['{"url":"http://u:secret@events.example"}', '…@events.example"}'],
  ['events.example:8080', 'events.example:8080'],
  ['many', 'many'],
  ['why?', 'why?'],
] as const)('%s is shown as %s', ([text, shown]) => {
  expect(withoutCredentials(text)).toBe(shown)
})

test('no password is shown, whatever characters it has and whatever stands around its address', () => {
  const noise = fc.string({ unit: 'grapheme', maxLength: 20 })
  const before = fc.oneof(
    fc.constantFrom('', '"', "'", '`', ' ', '\t', '\n', '(', '<', 'url: ', 'url=', '--url '),
    noise,
  )
  const scheme = fc.constantFrom('', '//', 'http:', 'http:/', 'http://', 'HTTP://', 'redis+x://')
  const after = fc.constantFrom('', '"', "'", ' ', '/base', '/?token=SECRET', '#SECRET')
  fc.assert(
    fc.property(before, scheme, noise, after, (prefix, start, around, end) => {
      const text = `${prefix}${start}user:${around}SECRET${around}@events.example${end}`
      expect(withoutCredentials(text)).not.toContain('SECRET')
    }),
  )
})

test('a long text of any kind is looked at once', () => {
  for (const text of [`@${':'.repeat(1_000_000)}`, `a:${'@:'.repeat(500_000)} `]) {
    expect(withoutCredentials(text).length).toBeLessThanOrEqual(text.length)
  }
})
