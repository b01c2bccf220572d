import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { KEY_LIFETIME } from '../retention.ts'
import { IdempotencyKeys } from './idempotency-keys.ts'

test('knows each key for exactly its lifetime, and counts only those it holds', () => {
  const step = fc.record({
    wait: fc.nat(KEY_LIFETIME / 2),
    key: fc.constantFrom('a', 'b', 'c', 'd\u{1f680}', ' '),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (script) => {
      const keys = new IdempotencyKeys()
      const held = new Map<string, { first: number; storedAt: number }>()
      const bytesByKey = new Map<string, number>()
      let now = 0
      for (const [first, { wait, key }] of script.entries()) {
        now += wait
        const found = keys.find('orders', { key, fingerprint: 'f' }, now)
        keys.expire(now)
        for (const [name, { storedAt }] of held) {
          if (storedAt + KEY_LIFETIME <= now) held.delete(name)
        }
        const known = held.get(key)?.first
        expect(found).toEqual(
          known === undefined
            ? undefined
            : { kind: 'accepted', epoch: 'e', first: known, count: 1, repeated: true },
        )
        if (known === undefined) {
          const before = keys.bytes
          const result = { kind: 'accepted', epoch: 'e', first, count: 1, repeated: false } as const
          keys.store('orders', { key, fingerprint: 'f' }, result, now)
          held.set(key, { first, storedAt: now })
          bytesByKey.set(key, keys.bytes - before)
        }
        const bytes = [...held.keys()].reduce((sum, name) => sum + (bytesByKey.get(name) ?? 0), 0)
        expect({ size: keys.size, bytes: keys.bytes }).toEqual({ size: held.size, bytes })
      }
    }),
  )
})

test('a key is gone the moment its lifetime ends, even before it is swept', () => {
  const keys = new IdempotencyKeys()
  const key = { key: 'k', fingerprint: 'f' }
  const result = { kind: 'accepted', epoch: 'e', first: 1, count: 1, repeated: false } as const
  keys.store('orders', key, result, 5)

  expect(keys.find('orders', key, 5 + KEY_LIFETIME - 1)).toEqual({ ...result, repeated: true })
  expect(keys.find('orders', key, 5 + KEY_LIFETIME)).toBeUndefined()
})
