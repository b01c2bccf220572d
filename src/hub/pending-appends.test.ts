import { expect, test } from 'vitest'
import { PendingAppends, type Append } from './pending-appends.ts'

const LARGE: Append = {
  epoch: 'eeeeeeee',
  events: [{ offset: 1, name: 'message', data: 'x'.repeat(300 * 1024), time: 0 }],
}

test('appends are held up to a bound, which begins anew once they are taken', () => {
  const pending = new PendingAppends()
  for (let read = 0; read < 3; read++) {
    expect(pending.add(LARGE)).toBe(true)
    expect(pending.add(LARGE)).toBe(false)
    expect(pending.takeAll()).toEqual([LARGE])
  }
  expect(pending.takeAll()).toEqual([])
})
