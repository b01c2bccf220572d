import { expect, test } from 'vitest'
import { redactUrl } from './redact-url.ts'

test.for([
  ['https://news.test/base?token=secret', 'https://news.test/base?…'],
  ['https://news.test/#secret', 'https://news.test/'],
  ['https://user:secret@news.test:8443/', 'https://news.test:8443/'],
  ['https://:secret@news.test/', 'https://news.test/'],
  ['/login?next=secret', '/login?…'],
  ['news.test/?token=secret', 'news.test/?…'],
  ['user:secret@news.test', '…'],
  ['http://u:secret?@news.test:no-port', '…'],
])('%s is shown as %s', ([url, shown]) => {
  expect(redactUrl(url!)).toBe(shown)
})

test('what is no URL stays', () => {
  expect(redactUrl('many')).toBe('many')
})
