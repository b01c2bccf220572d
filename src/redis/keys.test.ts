import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  announcementChannel,
  channelKeys,
  clientKey,
  fleetKey,
  rightsKey,
  type KeySpace,
} from './keys.ts'

/** Prefixes that begin each other, and look like parts of names, are the likely ones to meet. */
const prefix = fc.oneof(
  fc.stringMatching(/^[\w.:-]{1,64}$/),
  fc
    .array(fc.constantFrom('a', ':', 'a:', 'traces', 'incarnation', '1', 'meta', 'live'), {
      minLength: 1,
      maxLength: 5,
    })
    .map((parts) => parts.join(':')),
)
const channel = fc.oneof(
  fc.stringMatching(/^[\w.~:-]{1,128}$/),
  fc.constantFrom('fleet', 'traces', 'meta', 'incarnation', '0', 'a'),
)

function namesOf(name: string, space: KeySpace): readonly string[] {
  const { slot, ...keys } = channelKeys(name, space)
  expect(slot).toBeGreaterThanOrEqual(0)
  const ofAll = [fleetKey(space), rightsKey(space), clientKey(name, space)]
  return [...Object.values(keys), ...ofAll, announcementChannel(space)]
}

test('no name of one prefix is a name of another, whatever the channels and databases', () => {
  const database = fc.nat({ max: 16 })
  fc.assert(
    fc.property(
      fc.uniqueArray(prefix, { minLength: 2, maxLength: 2 }),
      channel,
      channel,
      fc.boolean(),
      database,
      database,
      ([one, other], mine, theirs, isCluster, from, to) => {
        const [db, otherDb] = isCluster ? [0, 0] : [from, to]
        const names = namesOf(mine, { prefix: one!, isCluster, db })
        const others = namesOf(theirs, { prefix: other!, isCluster, db: otherDb })
        expect(names.filter((name) => others.includes(name))).toEqual([])
        expect(names.every((name) => name.startsWith(`${one}:`))).toBe(true)
      },
    ),
    { numRuns: 2_000 },
  )
})

test('the keys of a channel are in one slot, whatever the prefix', () => {
  fc.assert(
    fc.property(prefix, channel, (text, name) => {
      const slots = ['runnel', text].map(
        (each) => channelKeys(name, { prefix: each, isCluster: true, db: 0 }).slot,
      )
      expect(slots[0]).toBe(slots[1])
    }),
  )
})

test('the key of a client does not show its name, and is as long for every name', () => {
  const space = { prefix: 'runnel', isCluster: false, db: 0 }
  const names = ['principal a', 'principal b', `principal ${'token-'.repeat(1_000)}`]
  const keys = names.map((name) => clientKey(name, space))
  expect(new Set(keys).size).toBe(3)
  expect(new Set(keys.map(({ length }) => length)).size).toBe(1)
  expect(keys.join('\n')).not.toMatch(/principal|token/)
})
