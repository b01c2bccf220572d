import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { endpointOf, parseServiceAddress } from './service-address.ts'

test.for([
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/stream'],
  ['http://[::1]:8080/', 'http://[::1]:8080/stream'],
  ['https://events.example/prefix/', 'https://events.example/prefix/stream'],
] as const)('%s keeps its path', ([written, expected]) => {
  expect(endpointOf(parseServiceAddress(written).url, '/stream').href).toBe(expected)
})

test.for(['', 'events.example', 'http://a.example/?b', 'ws://a.example', 'http://u:1/2@b.example'])(
  '%j is not the URL of a service',
  (written) => {
    expect(() => parseServiceAddress(written)).toThrow(/^--url: expected an address such as/)
  },
)

test('user and password of any characters become a header, and leave no trace in the URL', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(text, text, async (user, password) => {
      fc.pre(user + password !== '')
      const userinfo = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
      const { url, headers } = parseServiceAddress(`https://${userinfo}@events.example/base`)

      expect(url.href).toBe('https://events.example/base')
      const [scheme, credentials = ''] = (await headers())['Authorization']?.split(' ') ?? []
      expect(scheme).toBe('Basic')
      expect(Buffer.from(credentials, 'base64').toString()).toBe(`${user}:${password}`)
    }),
  )
})

test('a percent sign that escapes nothing belongs to the password', async () => {
  const { headers } = parseServiceAddress('http://u:100%@events.example')

  expect(await headers()).toEqual({ Authorization: `Basic ${btoa('u:100%')}` })
})

test('credentials in the URL and in a header contradict each other', async () => {
  const given = [['authorization', 'Bearer t']] as const
  const { headers } = parseServiceAddress('http://u:secret@a.example', '--url', {
    given,
    file: undefined,
  })

  await expect(headers()).rejects.toThrow(
    /^--url: expected credentials there or a header Authorization, got both$/,
  )
})
