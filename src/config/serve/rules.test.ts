import { expect, test } from 'vitest'
import { formatProblem, type Environment } from '../read-setting.ts'
import { formatSize } from '../kinds/size.ts'
import { resolve } from '../resolve.ts'
import { SERVE_TABLE } from './serve-table.ts'

test.for(['0.0.0.0:8080', '[::]:8080', '10.0.0.1:80', 'events.example:80'])(
  'a listener on %s requires the setting of access',
  (listen) => {
    expect(problemsOf({ RUNNEL_LISTEN: listen })).toEqual([
      expect.stringMatching(
        /^RUNNEL_AUTH: expected a value, because other machines can reach .* got none: set RUNNEL_AUTH=none to/,
      ),
    ])
    expect(problemsOf({ RUNNEL_LISTEN: listen, RUNNEL_AUTH: 'none' })).toEqual([])
  },
)

test.for(['127.0.0.1:0', '[::1]:8080', 'localhost:8080'])(
  'a listener on %s needs none',
  (listen) => {
    expect(problemsOf({ RUNNEL_LISTEN: listen })).toEqual([])
  },
)

test.for([
  ['127.0.0.1:8080', '127.0.0.1:8080', 1],
  ['127.0.0.1:8080', '0.0.0.0:8080', 1],
  ['127.0.0.1:8080', '[::]:8080', 1],
  ['0.0.0.0:8080', '127.0.0.1:8080', 1],
  ['[::]:8080', '127.0.0.1:8080', 1],
  ['127.0.0.1:8080', '[0:0::0]:8080', 1],
  ['127.0.0.1:8080', '[::ffff:127.0.0.1]:8080', 1],
  ['[::1]:8080', '[0:0:0:0:0:0:0:1]:8080', 1],
  ['[::1]:8080', '127.0.0.1:8080', 0],
  ['127.0.0.1:8080', '127.0.0.2:8080', 0],
  ['127.0.0.1:8080', '127.0.0.1:8081', 0],
  ['127.0.0.1:0', '127.0.0.1:0', 0],
] as const)('listeners on %s and %s make %d problems', ([listen, admin, count]) => {
  const access = { RUNNEL_AUTH: 'none' }
  const problems = problemsOf({ ...access, RUNNEL_LISTEN: listen, RUNNEL_ADMIN_LISTEN: admin })

  expect(problems).toHaveLength(count)
  expect(problems.filter((problem) => !problem.startsWith('RUNNEL_ADMIN_LISTEN: '))).toEqual([])
})

test('the largest event must fit into the history of its channel', () => {
  expect(problemsOf({ RUNNEL_HISTORY_BYTES: '256KiB' })).toEqual([])
  const body = { RUNNEL_BODY_LIMIT: '256KiB' }
  expect(problemsOf({ ...body, RUNNEL_HISTORY_BYTES: '256KiB' })).toEqual([])
  expect(problemsOf({ ...body, RUNNEL_HISTORY_BYTES: '255KiB' })).toEqual([
    'RUNNEL_BODY_LIMIT: expected at most RUNNEL_HISTORY_BYTES (255KiB), got 256KiB',
  ])
})

test('the history of one channel must fit into the log', () => {
  expect(problemsOf({ RUNNEL_LOG_BYTES: '16MiB' })).toEqual([])
  const history = { RUNNEL_HISTORY_BYTES: '16MiB' }
  expect(problemsOf({ ...history, RUNNEL_LOG_BYTES: '16MiB' })).toEqual([])
  expect(problemsOf({ ...history, RUNNEL_LOG_BYTES: '15MiB' })).toEqual([
    'RUNNEL_HISTORY_BYTES: expected at most RUNNEL_LOG_BYTES (15MiB), got 16MiB',
  ])
})

test('a limit that nobody has set gives way to a lower one', () => {
  expect(limitsOf({ RUNNEL_HISTORY_BYTES: '64KiB' })).toEqual(['64KiB', '64KiB', '256MiB'])
  expect(limitsOf({ RUNNEL_LOG_BYTES: '8MiB' })).toEqual(['256KiB', '8MiB', '8MiB'])
  expect(limitsOf({ RUNNEL_LOG_BYTES: '2KiB' })).toEqual(['2KiB', '2KiB', '2KiB'])
  const redis = { RUNNEL_REDIS_URL: 'redis://127.0.0.1' }
  expect(limitsOf({ ...redis, RUNNEL_LOG_BYTES: '2KiB' })).toEqual(['256KiB', '16MiB', '2KiB'])
})

test('a limit that is set above a default is the one that a problem names', () => {
  expect(problemsOf({ RUNNEL_HISTORY_BYTES: '1GiB' })).toEqual([
    'RUNNEL_HISTORY_BYTES: expected at most RUNNEL_LOG_BYTES (256MiB), got 1GiB',
  ])
  expect(problemsOf({ RUNNEL_BODY_LIMIT: '32MiB' })).toEqual([
    'RUNNEL_BODY_LIMIT: expected at most RUNNEL_HISTORY_BYTES (16MiB), got 32MiB',
  ])
})

test('the bound of the memory log does not apply to a Redis log', () => {
  const redis = { RUNNEL_REDIS_URL: 'redis://127.0.0.1' }
  expect(problemsOf({ ...redis, RUNNEL_HISTORY_BYTES: '1GiB' })).toEqual([])
})

test('replicated publishes need Redis, and an authority needs Redis with TLS', () => {
  const replicated = { RUNNEL_PUBLISH_ACK: 'replicated' }
  const authority = { RUNNEL_REDIS_CA_FILE: '/ca.pem' }
  const plain = { RUNNEL_REDIS_URL: 'redis://127.0.0.1' }
  expect(problemsOf(replicated)).toEqual([expect.stringMatching(/PUBLISH_ACK: .*RUNNEL_REDIS_URL/)])
  expect(problemsOf({ ...replicated, ...plain })).toEqual([])
  for (const env of [authority, { ...authority, ...plain }]) {
    expect(problemsOf(env)).toEqual([expect.stringMatching(/^RUNNEL_REDIS_CA_FILE: .*rediss/)])
  }
  expect(problemsOf({ ...authority, RUNNEL_REDIS_URL: 'rediss+cluster://a' })).toEqual([])
})

const REDIS = { RUNNEL_REDIS_URL: 'redis://127.0.0.1' }
const REDIS_TLS = { RUNNEL_REDIS_URL: 'rediss://127.0.0.1' }
const CERTIFICATE = { RUNNEL_REDIS_CERT_FILE: '/tls.crt' }
const KEY = { RUNNEL_REDIS_KEY_FILE: '/tls.key' }
const USERNAME = { RUNNEL_REDIS_USERNAME: 'app' }
const PASSWORD = { RUNNEL_REDIS_PASSWORD_FILE: '/password' }

test.each<[name: string, env: Environment, problem: RegExp]>([
  ['a certificate without TLS', { ...REDIS, ...CERTIFICATE, ...KEY }, /^\S+CERT_FILE: .*rediss/],
  ['a certificate without its key', { ...REDIS_TLS, ...CERTIFICATE }, /^\S+CERT_FILE: .*_KEY_FILE/],
  ['a key without its certificate', { ...REDIS_TLS, ...KEY }, /^\S+KEY_FILE: .*_CERT_FILE/],
  ['a user without Redis', USERNAME, /^\S+USERNAME: .*_URL is not set/],
  ['a password without Redis', PASSWORD, /^\S+PASSWORD_FILE: .*_URL is not set/],
  [
    'two users',
    { RUNNEL_REDIS_URL: 'redis://me@127.0.0.1', ...USERNAME },
    /^\S+USERNAME: .*take one of them away/,
  ],
  [
    'two passwords',
    { RUNNEL_REDIS_URL: 'redis://:sesame@127.0.0.1', ...PASSWORD },
    /^(?!.*sesame)\S+PASSWORD_FILE: .*take one of them away/,
  ],
])('%s: one problem', (_name, env, problem) => {
  expect(problemsOf(env)).toEqual([expect.stringMatching(problem)])
})

test('user, password and certificates may stand apart from the URL, each from another source', () => {
  for (const env of [
    { ...REDIS, ...USERNAME, ...PASSWORD },
    { RUNNEL_REDIS_URL: 'redis://me@127.0.0.1', ...PASSWORD },
    { RUNNEL_REDIS_URL: 'rediss+cluster://:x@127.0.0.1', ...USERNAME, ...CERTIFICATE, ...KEY },
  ]) {
    expect(problemsOf(env)).toEqual([])
  }
})

test.each(['a', 'runnel', 'shop.prod:eu-1_x', 'x'.repeat(64)])('the prefix %s', (prefix) => {
  expect(problemsOf({ ...REDIS, RUNNEL_REDIS_PREFIX: prefix })).toEqual([])
})

test.each(['a b', 'a/b', '{a}', 'a*', 'é', 'x'.repeat(65)])('no prefix: %s', (prefix) => {
  expect(problemsOf({ ...REDIS, RUNNEL_REDIS_PREFIX: prefix })).toEqual([
    expect.stringMatching(/^RUNNEL_REDIS_PREFIX: expected 1 to 64 of /),
  ])
})

test('a problem names the flag if the value is from a flag', () => {
  const resolution = resolve(SERVE_TABLE, { env: {}, flags: { 'body-limit': '32MiB' } })

  expect(resolution).toMatchObject({ kind: 'refused', problems: [{ source: '--body-limit' }] })
})

test('a value that is wrong by itself makes one problem, not two', () => {
  expect(problemsOf({ RUNNEL_LISTEN: '0.0.0.0:8080', RUNNEL_AUTH: 'maybe' })).toEqual([
    'RUNNEL_AUTH: expected none, got "maybe"',
  ])
  expect(problemsOf({ RUNNEL_LOG_BYTES: 'few' })).toHaveLength(1)
})

/** The bounds of a body, of the history of a channel, and of the memory log. */
function limitsOf(env: Environment): readonly string[] {
  const resolution = resolve(SERVE_TABLE, { env })
  if (resolution.kind === 'refused') return problemsOf(env)
  const { bodyLimit, historyBytes, logBytes } = resolution.config
  return [bodyLimit, historyBytes, logBytes].map(formatSize)
}

function problemsOf(env: Environment): string[] {
  const resolution = resolve(SERVE_TABLE, { env })
  if (resolution.kind === 'resolved') return []
  return resolution.problems.map((problem) => formatProblem(problem))
}
