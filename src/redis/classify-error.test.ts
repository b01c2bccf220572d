/** Errors of servers that the tests cannot run, or cannot provoke. */
import { expect, test } from 'vitest'
import { classifyError } from './classify-error.ts'

function reply(message: string): Error {
  return Object.assign(new Error(message), { name: 'ReplyError' })
}

const SCRIPT = 'script: 5f5d18d75a54b8489030f380579e4029c78db9d8, on @user_script:7.'

test.for([
  ["NOPERM User app has no permissions to run the 'hset' command", /\+hset$/],
  ["NOPERM this user has no permissions to run the 'cluster|slots' command", /\+cluster\|slots$/],
  [`NOPERM User app has no permissions to run the 'xadd' command ${SCRIPT}`, /\+xadd$/],
  ['NOPERM No permissions to access a key', /~PREFIX:\*, .*RUNNEL_REDIS_PREFIX/],
  [
    `ERR The user executing the script can't access at least one of the keys ${SCRIPT}`,
    /~PREFIX:\*, .*RUNNEL_REDIS_PREFIX/,
  ],
  ['NOPERM No permissions to access a channel', /&PREFIX:\*, .*RUNNEL_REDIS_PREFIX/],
  [
    'NOPERM this user has no permissions to access one of the channels used as arg',
    /&PREFIX:\*, .*RUNNEL_REDIS_PREFIX/,
  ],
  [
    `ERR The user executing the script can't run this command or subcommand ${SCRIPT}`,
    /all rights/,
  ],
  [`ERR Unknown Redis command called from script ${SCRIPT}`, /all rights/],
] as const)('a missing right, and how it is given: %s', ([message, mend]) => {
  const trouble = classifyError(reply(message))
  expect(trouble).toMatchObject({ state: 'refused', code: 'missing-right', isLasting: true })
  expect(trouble.mend).toMatch(mend)
  expect(trouble.mend).not.toContain('User app')
})

test.for([
  ['WRONGPASS invalid username-password pair or user is disabled.', 'wrong-password'],
  ['NOAUTH Authentication required.', 'wrong-password'],
  ['DENIED Redis is running in protected mode because protected mode', 'protected-mode'],
  ['ERR max number of clients reached', 'too-many-clients'],
  [`READONLY You can't write against a read only replica. ${SCRIPT}`, 'replica'],
  ['LOADING Redis is loading the dataset in memory', 'loading'],
  ['BUSY Redis is busy running a script. You can only call SCRIPT KILL', 'busy'],
  ['CLUSTERDOWN Hash slot not served', 'cluster-changes'],
  ['TRYAGAIN Multiple keys request during rehashing of slot', 'cluster-changes'],
  ['MASTERDOWN Link with MASTER is down', 'cluster-changes'],
  [`OOM command not allowed when used memory > 'maxmemory'. ${SCRIPT}`, 'no-memory'],
  ['MISCONF Redis is configured to save RDB snapshots, but it is unable to persist', 'no-disk'],
  [`NOREPLICAS Not enough good replicas to write. ${SCRIPT}`, 'no-replicas'],
  [`WRONGTYPE Operation against a key holding the wrong kind of value ${SCRIPT}`, 'foreign-data'],
  [`ERR user_script:12: attempt to compare nil with number ${SCRIPT}`, 'foreign-data'],
  ['ERR something that nobody has thought of', 'other'],
] as const)('%s', ([message, code]) => {
  expect(classifyError(reply(message))).toMatchObject({ code })
})

test.for([
  ['connect ECONNREFUSED 127.0.0.1:6379', 'unreachable'],
  ['getaddrinfo ENOTFOUND redis.example', 'unknown-host'],
  ['getaddrinfo EAI_AGAIN redis.example', 'unknown-host'],
  ['connect ETIMEDOUT', 'timeout'],
  ['Command timed out', 'timeout'],
  ["Socket timeout. Expecting data, but didn't receive any in 3000ms.", 'timeout'],
  ['self-signed certificate in certificate chain', 'tls'],
  ['All sentinels are unreachable. Last error: connect ECONNREFUSED 127.0.0.1:1', 'unreachable'],
] as const)('a server that is away: %s', ([message, code]) => {
  expect(classifyError(new Error(message))).toMatchObject({ state: 'away', code, isLasting: false })
})

test.for([
  [
    'All sentinels are unreachable. Last error: WRONGPASS invalid username-password pair',
    'wrong-password',
    /sentinelPassword/,
  ],
  [
    "All sentinels are unreachable. Last error: ERR unknown command 'sentinel', with args beginning with: 'get-master-addr-by-name' 'runnel' ",
    'wrong-topology',
    /redis:\/\//,
  ],
  ['ERR This instance has cluster support disabled', 'wrong-topology', /redis:\/\//],
] as const)('a remedy that the words of the server give: %s', ([message, code, mend]) => {
  const trouble = classifyError(new Error(message))
  expect(trouble).toMatchObject({ state: 'refused', code })
  expect(trouble.mend).toMatch(mend)
})

test('a certificate of the client that is missing before TLS 1.3 may be the remedy', () => {
  const trouble = classifyError(new Error('TLS: ssl/tls alert handshake failure'))
  expect(trouble).toMatchObject({ state: 'away', code: 'tls' })
  expect(trouble.mend).toMatch(/RUNNEL_REDIS_CERT_FILE and RUNNEL_REDIS_KEY_FILE/)
})

test('an error that sentinels wrap in their own words is found in them', () => {
  const message =
    'All sentinels are unreachable. Retrying from scratch after 53ms. Last error: NOAUTH.'
  expect(classifyError(new Error(message))).toMatchObject({
    code: 'wrong-password',
    detail: 'All sentinels are unreachable. Last error: NOAUTH',
  })
})
