import { expect, test } from 'vitest'
import { clusterError } from '../../../test/support/cluster/errors.ts'
import { ManualClock } from '../../../test/support/manual-clock.ts'
import type { ClusterErrorReason } from '../cluster/cluster-error.ts'
import { RefusedWrites } from './refused-writes.ts'

const MINUTE = 60_000

test('what is refused for ever is sent less and less often, and at least once a minute', async () => {
  const writer = new Writer('forbidden')

  const sent: number[] = []
  for (let minute = 0; minute < 10; minute++) {
    for (let second = 0; second < 60; second++) {
      await expect(writer.write('a')).rejects.toThrow('forbidden')
      await writer.clock.advance(1_000)
    }
    sent.push(writer.sent.splice(0).length)
  }

  expect(sent[0]).toBeLessThanOrEqual(8)
  for (const count of sent.slice(2)) {
    expect(count).toBeGreaterThanOrEqual(1)
    expect(count).toBeLessThanOrEqual(2)
  }
})

test('a write with other content is sent at once', async () => {
  const writer = new Writer('invalid')
  await expect(writer.write('a')).rejects.toThrow('invalid')
  await expect(writer.write('b')).rejects.toThrow('invalid')

  expect(writer.sent).toEqual(['a', 'b'])
})

test('a write that is granted begins anew', async () => {
  const writer = new Writer('forbidden')
  await expect(writer.write('a')).rejects.toThrow('forbidden')
  writer.reason = undefined
  await writer.clock.advance(MINUTE)
  await writer.write('a')
  await writer.write('a')

  expect(writer.sent).toEqual(['a', 'a', 'a'])
})

test('what passes by itself is not held back here', async () => {
  const writer = new Writer('unavailable')
  await expect(writer.write('a')).rejects.toThrow('unavailable')
  await expect(writer.write('a')).rejects.toThrow('unavailable')

  expect(writer.sent).toEqual(['a', 'a'])
})

class Writer {
  readonly clock = new ManualClock()
  readonly sent: string[] = []
  reason: ClusterErrorReason | undefined
  readonly #writes = new RefusedWrites(this.clock)

  constructor(reason: ClusterErrorReason) {
    this.reason = reason
  }

  async write(content: string): Promise<void> {
    await this.#writes.send('apply ConfigMap a', content, async () => {
      this.sent.push(content)
      if (this.reason !== undefined) throw clusterError(this.reason, this.reason)
    })
  }
}
