import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCapacityFile } from './capacity-file.ts'
import { configKeyOf } from './names.ts'
import { SETTING_NAMES, settingOf } from './settings.ts'

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
  [{ limits: 5 }, 'expected only the keys limit, connections, history, drain, got "limits"'],
  [
    { connections: { maxage: '1h' } },
    'connections: expected only the keys maxAge, heartbeat, retry, perPrincipal, got "maxage"',
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
    expect(parseCapacityFile(text)).toMatchObject({ ok: false })
  },
)

test('nothing in a file makes the parser throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      expect(typeof parseCapacityFile(text).ok).toBe('boolean')
    }),
  )
})

const LIVE_NAMES = SETTING_NAMES.filter((name) => settingOf(name).capacityKey !== undefined)

test.for(LIVE_NAMES)(
  'the key that the table names for %s sets it, within the same bounds',
  (name) => {
    const { kind, capacityKey = '' } = settingOf(name)
    const { min, max } = kind.bounds ?? { min: Number.NaN, max: Number.NaN }
    const write = (value: number): unknown =>
      capacityKey
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

function parse(file: unknown): ReturnType<typeof parseCapacityFile> {
  return parseCapacityFile(JSON.stringify(file))
}
