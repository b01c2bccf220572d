import { expect, test } from 'vitest'
import { endpointOf, parseServiceUrl } from './service-arguments.ts'

test.for([
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/stream'],
  ['http://[::1]:8080/', 'http://[::1]:8080/stream'],
  ['https://events.example/prefix/', 'https://events.example/prefix/stream'],
] as const)('%s keeps its path', ([written, expected]) => {
  expect(endpointOf(parseServiceUrl(written), '/stream').href).toBe(expected)
})

test.for(['', 'events.example', 'http://a:b@c.example', 'http://a.example/?b', 'ws://a.example'])(
  '%j is not the URL of a service',
  (written) => {
    expect(() => parseServiceUrl(written)).toThrow(/^--url: expected an address such as/)
  },
)
