import * as fc from 'fast-check'
import { assert, expect, test } from 'vitest'
import { applyCapacityFile, liveSettings, parseCapacityFile } from './capacity-file.ts'
import { configKeyOf } from './names.ts'
import type { Environment } from './read-setting.ts'
import { resolve } from './resolve.ts'
import { SERVE_TABLE, type ServeConfig } from './serve/serve-table.ts'

const FULL = {
  limit: 1500,
  connections: { maxAge: '2h', heartbeat: '10s', retry: '0s', perPrincipal: 7 },
  history: { events: 500, age: '30m' },
  drain: { window: '40s' },
}

test('every key of a capacity file sets one thing', () => {
  expect(parse(FULL)).toEqual({
    ok: true,
    value: {
      maxStreams: 1500,
      maxAge: 7_200_000,
      heartbeat: 10_000,
      retry: 0,
      perPrincipal: 7,
      historyEvents: 500,
      historyAge: 1_800_000,
      drainWindow: 40_000,
    },
  })
})

test.for([{}, { connections: {} }, { limit: 5 }, { drain: {}, history: {} }])(
  '%j is enough: every key may be left out',
  (file) => {
    expect(parse(file).ok).toBe(true)
  },
)

test.for([
  [{ limits: 5 }, 'expected only the keys limit, connections, drain, history, got "limits"'],
  [
    { connections: { maxage: '1h' } },
    'connections: expected only the keys perPrincipal, heartbeat, retry, maxAge, got "maxage"',
  ],
  [{ limit: 0 }, 'limit: expected a whole number from 1 to 1000000, got "0"'],
  [{ limit: 1.5 }, 'limit: expected a whole number from 1 to 1000000, got "1.5"'],
  [{ limit: '5' }, 'limit: expected a whole number, 1 to 1000000'],
  [{ limit: null }, 'limit: expected a whole number, 1 to 1000000'],
  [
    { connections: { heartbeat: '1ms' } },
    'connections.heartbeat: expected a duration from 50ms to 10m, written like 250ms, 15s, 5m or 1h, got "1ms"',
  ],
  [{ drain: { window: 20 } }, 'drain.window: expected a duration in quotes, 0s to 1h'],
  [{ history: [] }, 'history: expected an object'],
  [
    { limit: 0, drain: { window: '1d' } },
    'limit: expected a whole number from 1 to 1000000, got "0"; drain.window: expected a duration from 0s to 1h, written like 250ms, 15s, 5m or 1h, got "1d"',
  ],
] as const)('%j is refused, and the problem names the key', ([file, problem]) => {
  expect(parse(file)).toEqual({ ok: false, problem })
})

test.for(['', '{', 'null', '[]', '5', '"x"', '{"limit":1,}', '{"__proto__":{"limit":1}}'])(
  '%j is refused',
  (text) => {
    expect(parseCapacityFile(SERVE_TABLE, text)).toMatchObject({ ok: false })
  },
)

test('nothing in a file makes the parser throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      expect(typeof parseCapacityFile(SERVE_TABLE, text).ok).toBe('boolean')
    }),
  )
})

test.for(liveSettings(SERVE_TABLE))(
  'the key of the table for $name sets it, within the same bounds',
  ({ name, kind, live }) => {
    const { min, max } = kind.bounds ?? { min: Number.NaN, max: Number.NaN }
    const write = (value: number): unknown =>
      live
        .split('.')
        .reduceRight<unknown>(
          (inner, key) => ({ [key]: inner }),
          kind.name === 'number' ? value : `${value}ms`,
        )

    for (const value of [min, max]) {
      expect(parse(write(value))).toMatchObject({ ok: true, value: { [configKeyOf(name)]: value } })
    }
    expect(parse(write(max + 1)).ok).toBe(false)
    expect(parse(write(min - 1)).ok).toBe(false)
  },
)

const DEFAULTS = {
  maxStreams: 10_000,
  maxAge: 3_600_000,
  heartbeat: 15_000,
  retry: 3000,
  perPrincipal: 50,
  historyEvents: 1000,
  historyAge: 3_600_000,
  drainWindow: 20_000,
}

test('without a file, flags and variables are in force', () => {
  expect(applyCapacityFile(configOf({}), {})).toEqual({ ...configOf({}), ...DEFAULTS })
  const config = configOf({ RUNNEL_RETRY: '5s' })
  expect(applyCapacityFile(config, {})).toEqual({ ...config, ...DEFAULTS, retry: 5000 })
})

test('the file beats flags and variables one by one', () => {
  const config = configOf({ RUNNEL_MAX_STREAMS: '5', RUNNEL_RETRY: '5s' })

  expect(applyCapacityFile(config, { maxStreams: 7 })).toEqual({
    ...config,
    ...DEFAULTS,
    maxStreams: 7,
    retry: 5000,
  })
})

test('a key that is left out leaves its setting alone', () => {
  const file = parse({ limit: 7, connections: {}, history: { events: 5 } })
  assert(file.ok)

  expect(Object.keys(file.value).toSorted()).toEqual(['historyEvents', 'maxStreams'])
  expect(applyCapacityFile(configOf({}), file.value)).toMatchObject({
    ...DEFAULTS,
    maxStreams: 7,
    historyEvents: 5,
  })
})

test('zero in the file is a value', () => {
  expect(applyCapacityFile(configOf({}), { retry: 0, drainWindow: 0 })).toMatchObject({
    retry: 0,
    drainWindow: 0,
  })
})

test('the file can set every live setting, and the result is frozen', () => {
  const file = {
    maxStreams: 1,
    maxAge: 2,
    heartbeat: 3,
    retry: 4,
    perPrincipal: 5,
    historyEvents: 6,
    historyAge: 7,
    drainWindow: 8,
  }
  const inForce = applyCapacityFile(configOf({}), file)

  expect(inForce).toEqual({ ...configOf({}), ...file })
  expect(Object.isFrozen(inForce)).toBe(true)
})

function configOf(env: Environment): ServeConfig {
  const resolution = resolve(SERVE_TABLE, { env })
  assert(resolution.kind === 'resolved')
  return resolution.config
}

function parse(file: unknown): ReturnType<typeof parseCapacityFile> {
  return parseCapacityFile(SERVE_TABLE, JSON.stringify(file))
}
