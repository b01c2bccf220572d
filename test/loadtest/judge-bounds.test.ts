/** What a judge says where more came than it keeps. */
import { expect, test } from 'vitest'
import { ReceivedEvents } from '../../loadtest/driver/received-events.ts'
import { examplesOf, judgeSights } from './judged-channel.ts'
import { open, opened, received, recordOf } from './written-sights.ts'

const EPOCHS = 1_500

test('more holes than are kept apart are still counted', () => {
  const numbers = Array.from({ length: 2_500 }, (_, index) => 2 * index + 1)
  const record = recordOf(...Array.from({ length: 4_999 }, (_, index) => `epoch000-${index + 1}`))
  const events = numbers.map((number) => received(number, `epoch000-${number}`))
  const sights = [opened(1), open('life0000-0'), ...events]
  expect(judgeSights([sights], [record])).toMatchObject({ owed: 4_999, lost: 2_499 })
})

test('a subscriber that is led through too many epochs loses all, and the judge says why', () => {
  const positions = Array.from({ length: EPOCHS }, (_, index) => positionOf(index + 1))
  const record = recordOf(...positions)
  const events = positions.map((position, index) => received(index + 1, position))
  const sights = [opened(1), open('life0000-0'), ...events]
  expect(judgeSights([sights], [record])).toMatchObject({ owed: EPOCHS, lost: EPOCHS })
  const examples = examplesOf([sights], [record])
  expect(examples[0]).toBe(
    'news, subscriber 1 was led through more epochs than are kept: all that it is owed counts as lost',
  )
  expect(examples[1]).toMatch(
    /^news had too many epochs, .* the data of \d+ deliveries is not judged$/,
  )
})

test('the memory for epochs has a bound', () => {
  const events = new ReceivedEvents()
  for (let offset = 1; offset <= EPOCHS; offset++) {
    const [epoch = ''] = positionOf(offset).split('-')
    events.receive(epoch, offset)
  }
  expect(events.stretches.length).toBe(1_000)
})

/** Each event in an epoch of its own, which continues the one before it. */
function positionOf(offset: number): string {
  return `${String(offset).padStart(8, 'e0000000')}-${offset}`
}
