import { isDeepStrictEqual, parseArgs } from 'node:util'
import * as fc from 'fast-check'
import { assert, expect, test } from 'vitest'
import { valueOf } from '../config-values.ts'
import { flagOf, flagOptions, optionOf, variableOf } from '../names.ts'
import { formatProblem, type Input } from '../read-setting.ts'
import { resolve, type Resolution, type Resolved } from '../resolve.ts'
import { SERVE_TABLE, type ServeConfig } from './serve-table.ts'

const { settings } = SERVE_TABLE

const DEFAULTS: ServeConfig = {
  listen: { host: '127.0.0.1', port: 8080 },
  adminListen: { host: '127.0.0.1', port: 9090 },
  adminTokenFile: undefined,
  auth: undefined,
  hosts: [],
  corsOrigins: [],
  trustedHops: 0,
  maxStreams: 10_000,
  maxPolls: 10_000,
  maxPublishes: 256,
  maxPerAddress: undefined,
  perPrincipal: 50,
  capacityFile: undefined,
  heartbeat: 15_000,
  retry: 3000,
  maxAge: 3_600_000,
  drainWindow: 20_000,
  flushInterval: 0,
  subscriberBuffer: 262_144,
  subscriberStall: 30_000,
  readMemory: 64 * 1024 ** 2,
  historyEvents: 1000,
  historyAge: 3_600_000,
  historyBytes: 16_777_216,
  logBytes: 268_435_456,
  maxChannels: 100_000,
  redisUrl: undefined,
  redisPrefix: 'runnel',
  redisUsername: undefined,
  redisPasswordFile: undefined,
  redisCaFile: undefined,
  redisCertFile: undefined,
  redisKeyFile: undefined,
  maxKeys: 100_000,
  publishAck: 'primary',
  bodyLimit: 262_144,
  maxEvent: 61_440,
  bodyTimeout: 15_000,
  headerTimeout: 10_000,
  keepAlive: 65_000,
  maxHeaderBytes: 16_384,
  tracePublishRate: 10,
  traceParentRate: 100,
  traceConnectRate: 20,
  traceFanOutRate: 1_000,
  traceTrust: 'publishers',
  telemetryChannels: [],
  logLevel: 'info',
  logFormat: 'auto',
}

test('an empty environment gives the defaults', () => {
  const { config, readings, warnings } = resolved({ env: {} })

  expect(config).toEqual(DEFAULTS)
  expect([...readings].map(([name, { origin }]) => [name, origin])).toEqual(
    settings.map(({ name }) => [name, 'default']),
  )
  expect(warnings).toEqual([])
})

test('a flag beats a variable, which beats the default', () => {
  const env = { RUNNEL_MAX_STREAMS: '20', RUNNEL_MAX_POLLS: '30' }

  const { config, readings } = resolved({ env, flags: { 'max-streams': '10' } })

  expect(config).toMatchObject({ maxStreams: 10, maxPolls: 30, maxPublishes: 256 })
  expect(readings.get('MAX_STREAMS')).toMatchObject({ origin: 'flag' })
  expect(readings.get('MAX_POLLS')).toMatchObject({ origin: 'variable' })
  expect(readings.get('MAX_PUBLISHES')).toMatchObject({ origin: 'default' })
})

test('an empty variable counts as unset, and blanks around a value do not count', () => {
  const env = { RUNNEL_MAX_STREAMS: '', RUNNEL_AUTH: ' ', RUNNEL_RETRY: ' 5s\n' }

  const { config, readings } = resolved({ env, flags: { heartbeat: ' 7s\n' } })

  expect(config).toEqual({ ...DEFAULTS, retry: 5000, heartbeat: 7000 })
  expect(readings.get('MAX_STREAMS')).toMatchObject({ origin: 'default' })
})

test('an empty flag is a value: it empties a list and is wrong for other kinds', () => {
  const env = { RUNNEL_HOSTS: 'a.example' }

  expect(resolved({ env, flags: { hosts: [''] } }).config.hosts).toEqual([])
  expect(problemsOf({ env, flags: { 'capacity-file': '' } })).toEqual([
    '--capacity-file: expected a path, got ""',
  ])
})

test('a repeated flag adds to a list', () => {
  const args = ['--hosts', 'a.example,b.example', '--hosts', 'c.example']
  const { values } = parseArgs({ args, options: flagOptions(settings) })

  expect(resolved({ env: {}, flags: values }).config.hosts).toEqual([
    'a.example',
    'b.example',
    'c.example',
  ])
})

test('flags that are not settings are ignored', () => {
  expect(resolved({ env: {}, flags: { help: true, verbose: 'x' } }).config).toEqual(DEFAULTS)
})

test('all problems are reported at once, each with the variable or flag that was used', () => {
  const problems = problemsOf({
    env: { RUNNEL_MAX_STREAMS: 'many', RUNNEL_RETRY: '3', RUNNEL_LISTEN: ':8080' },
    flags: { 'max-streams': '0', 'log-level': 'loud' },
  })

  expect(problems).toEqual([
    'RUNNEL_LISTEN: expected an address such as 127.0.0.1:8080 or [::1]:8080 (0.0.0.0:8080 or ' +
      '[::]:8080 for all interfaces), got ":8080"',
    '--max-streams: expected a whole number from 1 to 1000000, got "0"',
    'RUNNEL_RETRY: expected a duration from 0s to 1h, written like 250ms, 15s, 5m or 1h, got "3"',
    '--log-level: expected one of trace, debug, info, warn, error, fatal, silent, got "loud"',
  ])
})

test('a flush interval over 100ms is refused', () => {
  expect(problemsOf({ env: { RUNNEL_FLUSH_INTERVAL: '101ms' } })).toEqual([
    'RUNNEL_FLUSH_INTERVAL: expected a duration from 0s to 100ms, written like 250ms, 15s, 5m or 1h, ' +
      'got "101ms"',
  ])
  expect(resolved({ env: { RUNNEL_FLUSH_INTERVAL: '100ms' } }).config.flushInterval).toBe(100)
})

test('problems do not hide warnings', () => {
  const env = { RUNNEL_RETRY: '3', RUNNEL_MAX_STREAM: '5' }

  expect(resolve(SERVE_TABLE, { env })).toMatchObject({
    kind: 'refused',
    warnings: ['RUNNEL_MAX_STREAM is not a setting: did you mean RUNNEL_MAX_STREAMS?'],
  })
})

test('any text is a value that can be written again, or a problem that names the flag', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[0-9:.hmskKMGiB,-]*$/),
    fc.stringMatching(/^\d{1,6}(ms|s|m|h|KiB|MiB|GiB)?$/),
  )
  fc.assert(
    fc.property(fc.constantFrom(...settings), text, ({ name }, value) => {
      const resolution = resolve(SERVE_TABLE, { env: {}, flags: { [optionOf(name)]: value } })

      expect(findFaults(resolution, name)).toEqual([])
    }),
    { numRuns: 1000 },
  )
})

test('a config is frozen, and so are the values in it', () => {
  const { config } = resolved({
    env: { RUNNEL_HOSTS: 'a.example', RUNNEL_REDIS_URL: 'redis://127.0.0.1' },
  })
  expect(Object.isFrozen(config)).toBe(true)
  expect(Object.values(config).filter((value) => !Object.isFrozen(value))).toEqual([])
})

function resolved(input: Input): Resolved<typeof SERVE_TABLE> {
  const resolution = resolve(SERVE_TABLE, input)
  assert(resolution.kind === 'resolved')
  return resolution
}

function problemsOf(input: Input): string[] {
  const resolution = resolve(SERVE_TABLE, input)
  assert(resolution.kind === 'refused')
  return resolution.problems.map((problem) => formatProblem(problem))
}

/** The faults in the resolution of an input that sets this setting only. */
function findFaults(resolution: Resolution<typeof SERVE_TABLE>, name: string): readonly string[] {
  if (resolution.kind === 'resolved') {
    const isSame = isDeepStrictEqual(rewrite(resolution.config), resolution.config)
    return isSame ? [] : ['another value when written again']
  }
  // The problem of a rule may be about another setting, and then names this one.
  return resolution.problems
    .filter(({ source, message }) => source !== flagOf(name) && !message.includes(variableOf(name)))
    .map((problem) => formatProblem(problem))
}

/** The same settings from their written forms. */
function rewrite(config: ServeConfig): ServeConfig {
  const written = settings.map(({ name, kind }) => {
    const value = valueOf(config, name)
    return [variableOf(name), value === undefined ? '' : kind.format(value)] as const
  })
  return resolved({ env: Object.fromEntries(written) }).config
}
