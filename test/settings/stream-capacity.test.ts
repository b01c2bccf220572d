import { expect, test } from 'vitest'
import { liveSettings } from '../../src/config/capacity-file.ts'
import { SERVE_TABLE } from '../../src/config/serve/serve-table.ts'
import { checkSpec, streamCapacitySpec } from '../../src/schema/stream-capacity.ts'

const targetRef = { name: 'runnel' }

/** The settings that a StreamCapacity hands to the pods through their capacity file. */
const SETTINGS = liveSettings(SERVE_TABLE).map(({ live, kind, default: written }) => {
  const field = live === 'limit' ? 'subscribersPerPod.limit' : live
  const [group = '', key = ''] = field.split('.')
  const write = (value: number) => (kind.name === 'number' ? value : kind.format(value))
  return { field, group, key, write, written, bounds: kind.bounds! }
})

test.for(SETTINGS)(
  '$field has the bounds of its setting',
  ({ field, group, key, write, bounds }) => {
    const isRefused = (value: number) => {
      const problems = checkSpec({ targetRef, [group]: { [key]: write(value) } })
      // At its bounds a value may break a rule between fields.
      const isBound = /^(Too (small|big)|expected a duration)/
      return problems.some(
        (problem) => problem.field === `spec.${field}` && isBound.test(problem.message),
      )
    }

    const { min, max } = bounds
    expect([min - 1, min, max, max + 1].map(isRefused)).toEqual([true, false, false, true])
  },
)

test.for(SETTINGS)('$field has the default of its setting', ({ field, group, key, written }) => {
  const spec: Readonly<Record<string, object>> = streamCapacitySpec.parse({ targetRef })

  const isLimit = field === 'subscribersPerPod.limit'
  // A single process may hold more than each pod of a fleet that grows.
  const expected = isLimit ? '1500' : written
  expect(String(Reflect.get(spec[group]!, key))).toBe(expected)
})
