import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLogger } from './logger.ts'
import { redact } from './redact.ts'

/** What a secret may hold where it stands: no blank anywhere, and nothing that ends it there. */
const secretWithout = (characters: string) =>
  fc
    .string({ unit: 'binary', minLength: 6, maxLength: 40 })
    .map(
      (text) => `S3cr3t${text.replace(new RegExp(`[\\s\\p{Cc}\\p{Cs}${characters}]`, 'gu'), '')}`,
    )

const FORMS: readonly fc.Arbitrary<{ readonly text: string; readonly secret: string }>[] = [
  form('/?#', (secret) => `cannot reach redis://user:${secret}@redis.example:6379/0 at all`),
  form('/?#', (secret) => `rediss://:${secret}@[::1]:6379`),
  form('/?#', (secret) => `redis+sentinel://u:${secret}@a:1,b:2/name`),
  form('', (secret) => `Authorization: Basic ${secret}`),
  form('', (secret) => `GET / HTTP/1.1\nauthorization: Bearer ${secret}\nhost: a`),
  form('', (secret) => `Cookie: a=1; session=${secret}; b=2`),
  form(',;&#', (secret) => `sent Bearer ${secret}, and it was refused`),
  form(',;&#', (secret) => `http://pod/stream/a?access_token=${secret}&lastEventId=1`),
  form(',;&#', (secret) => `client_secret=${secret}&grant=1`),
  form(',;&#', (secret) => `/stream?from=latest&X-Amz-Signature=${secret}`),
]

function form(without: string, write: (secret: string) => string) {
  return secretWithout(without).map((secret) => ({ secret, text: write(secret) }))
}

test('no secret comes through, wherever in a line it stands', () => {
  fc.assert(
    fc.property(fc.oneof(...FORMS), ({ secret, text }) => {
      const lines = linesOf((logger) => {
        logger.warn(text)
        logger.warn({ url: text, list: ['a', text], deep: { a: { b: text } }, [text]: 1 }, 'fields')
        logger.error({ err: new Error(text) }, 'message and stack')
        logger.error({ err: new TypeError('no', { cause: new Error(text) }) }, 'cause')
        logger.error({ err: new AggregateError([new Error(text)], 'several') }, 'parts')
        logger.error({ err: Object.assign(new Error('a'), { detail: text }) }, 'own field')
        logger.error(new Error(text))
        logger.error({ err: text }, 'no error')
      })

      expect(lines).toHaveLength(8)
      for (const line of lines) {
        expect(JSON.parse(line)).toBeTypeOf('object')
        expect(line).not.toContain(JSON.stringify(secret).slice(1, -1))
      }
    }),
  )
})

test('no field comes through whose name says that it holds a secret', () => {
  const names = ['password', 'token', 'access_token', 'clientSecret', 'Cookie', 'x-api-key']
  fc.assert(
    fc.property(fc.constantFrom(...names), secretWithout(''), (name, secret) => {
      const [line = ''] = linesOf((logger) => {
        logger.warn({ [name]: secret, deep: { [name]: secret } }, 'a line')
      })

      expect(JSON.parse(line)).toMatchObject({
        [name]: '[redacted]',
        deep: { [name]: '[redacted]' },
      })
    }),
  )
})

test('an error is written without the command that failed: that holds passwords, and data of events', () => {
  const command = { name: 'auth', args: ['default', 'S3cr3t'] }
  const error = Object.assign(new Error('WRONGPASS'), { command, code: 'ERR', errno: -1 })
  const [line = ''] = linesOf((logger) => {
    logger.error({ err: error }, 'a command failed')
  })

  expect(line).not.toContain('S3cr3t')
  expect(JSON.parse(line)).toMatchObject({ err: { message: 'WRONGPASS', code: 'ERR', errno: -1 } })
})

test.for([
  '{"url":"http://127.0.0.1:8080","admin":"http://[::1]:9090"}',
  '{"msg":"cannot reach redis://default@redis.example:6379/0"}',
  '{"msg":"see https://example.com/a@b:c and mail me@example.com"}',
  '{"msg":"the token of the pods cannot be read","err":{"message":"the bearer token is missing"}}',
  '{"msg":"RUNNEL_ADMIN_TOKEN_FILE=/run/token cannot be read, RUNNEL_MAX_STREAMS=10 is too many"}',
  '{"lastId":"foimLd8e-2","stream":"DNfdMTf4TpxeUU8w","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}',
])('a line without secrets stays as it is: %s', (line) => {
  expect(redact(line)).toBe(line)
})

test.for(['x.x-', '://', '://a:', 'token', 'Bearer ', '"token":"', '\\\\', 'cookie '])(
  'a long text of %j is read once, not once from each of its characters',
  (part) => {
    // A time that grows with the square would be that of the test's timeout.
    const line = JSON.stringify({ msg: `${part.repeat(300_000 / part.length)} @ token` })

    expect(JSON.parse(redact(line))).toHaveProperty('msg')
  },
)

test('the user and the host of a URL stay, and only the password goes', () => {
  expect(redact('{"msg":"redis://app:S3c@r:3t@redis.example:6379/0 and more"}')).toBe(
    '{"msg":"redis://app:[redacted]@redis.example:6379/0 and more"}',
  )
})

function linesOf(write: (logger: ReturnType<typeof createLogger>) => void): readonly string[] {
  const lines: string[] = []
  const logger = createLogger('info', { write: (line) => lines.push(line) })
  write(logger)
  return lines
}
