import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { FORGET_AFTER } from '../retention.ts'
import { Incarnations } from './incarnations.ts'

test('an incarnation lasts twelve hours after it was last given out, and under a day after it first was', () => {
  const waits = fc.array(fc.integer({ min: 0, max: 1.5 * FORGET_AFTER }), { maxLength: 30 })
  fc.assert(
    fc.property(waits, fc.array(fc.integer({ min: 0, max: FORGET_AFTER / 8 })), (long, short) => {
      let now = 1_000
      const incarnations = new Incarnations(now)
      const given = new Map<string, { first: number; last: number }>()
      for (const wait of [...short, ...long, ...short]) {
        now += wait
        const known = incarnations.known(now)
        const current = known[0] ?? ''
        given.set(current, { first: given.get(current)?.first ?? now, last: now })

        expect(known.length).toBeLessThanOrEqual(2)
        for (const [incarnation, { first, last }] of given) {
          const mustBeKnown = now < last + FORGET_AFTER / 2
          const mayBeKnown = now < first + FORGET_AFTER
          expect([mustBeKnown, mayBeKnown]).toContain(known.includes(incarnation))
        }
      }
    }),
  )
})
