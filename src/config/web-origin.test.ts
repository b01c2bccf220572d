import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseWebOrigin } from './web-origin.ts'

test.for(['https://app.example', 'http://localhost:5173', 'http://[::1]:3000', 'https://a.b:8443'])(
  '%s is an origin',
  (origin) => {
    expect(parseWebOrigin(origin)).toEqual({ ok: true, value: origin })
  },
)

test.for([
  ['https://app.example/', 'write https://app.example'],
  ['https://app.example/login?a#b', 'write https://app.example'],
  ['https://App.example', 'write https://app.example'],
  ['https://app.example:443', 'write https://app.example'],
  ['https://me@app.example', 'write https://app.example'],
  ['https://bücher.example', 'write https://xn--bcher-kva.example'],
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

test.for(['', 'null', 'app.example', 'ftp://app.example', 'file:///x', 'data:,x'])(
  '%j is no origin',
  (text) => {
    expect(parseWebOrigin(text)).toEqual({
      ok: false,
      problem: `expected an origin such as https://app.example, got ${JSON.stringify(text)}`,
    })
  },
)

test('what is accepted is what a browser sends for a page there', () => {
  fc.assert(
    fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (url) => {
      const { origin } = new URL(url)

      expect(parseWebOrigin(origin)).toEqual({ ok: true, value: origin })
    }),
  )
})
