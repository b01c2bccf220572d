import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Admission } from './admission.ts'

const SOMEBODY = { principal: '', address: '192.0.2.1' }

/** The ways in and out of each kind of place. */
const WAYS = {
  stream: {
    limit: 'maxStreams',
    enter: (admission: Admission) => admission.admitStream(SOMEBODY) === 'admitted',
    leave: (admission: Admission) => admission.releaseStream(),
  },
  poll: {
    limit: 'maxPolls',
    enter: (admission: Admission) => admission.admitPoll(),
    leave: (admission: Admission) => admission.releasePoll(),
  },
  publish: {
    limit: 'maxPublishes',
    enter: (admission: Admission) => admission.admitPublish(),
    leave: (admission: Admission) => admission.releasePublish(),
  },
} as const

test('whatever comes and goes, nothing is admitted beyond its limit, nor refused below it', () => {
  const kind = fc.constantFrom('stream', 'poll', 'publish')
  const step = fc.oneof(
    fc.record({ kind, do: fc.constantFrom('enter', 'leave') }),
    fc.record({ kind, limit: fc.integer({ min: 1, max: 5 }) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const limits = { maxStreams: 3, maxPolls: 3, maxPublishes: 3 }
      const admission = new Admission(limits)
      const taken = { stream: 0, poll: 0, publish: 0 }
      const answers: boolean[] = []
      const expected: boolean[] = []
      for (const next of steps) {
        const way = WAYS[next.kind]
        if ('limit' in next) {
          limits[way.limit] = next.limit
        } else if (next.do === 'enter') {
          const hasRoom = taken[next.kind] < limits[way.limit]
          if (hasRoom) taken[next.kind]++
          expected.push(hasRoom)
          answers.push(way.enter(admission))
        } else if (taken[next.kind] > 0) {
          taken[next.kind]--
          way.leave(admission)
        }
      }
      expect(answers).toEqual(expected)
      expect([admission.streams, admission.polls]).toEqual([taken.stream, taken.poll])
    }),
  )
})

test('a lowered limit closes nobody, and lets nobody in until there is room below it', () => {
  const limits = { maxStreams: 3, maxPolls: 1, maxPublishes: 1 }
  const admission = new Admission(limits)
  for (let count = 0; count < 3; count++) admission.admitStream(SOMEBODY)

  limits.maxStreams = 2
  expect(admission.streams).toBe(3)
  admission.releaseStream()
  expect(admission.admitStream(SOMEBODY)).toBe('limit')
  admission.releaseStream()
  expect(admission.admitStream(SOMEBODY)).toBe('admitted')
})

test('a rule sees who comes and may refuse, which takes no place', () => {
  const admission = new Admission({ maxStreams: 1, maxPolls: 1, maxPublishes: 1 }, [
    ({ principal }) => (principal === 'greedy' ? 'client' : undefined),
    ({ address }) => (address === '192.0.2.9' ? 'limit' : undefined),
  ])

  expect(admission.admitStream({ principal: 'greedy', address: '192.0.2.9' })).toBe('client')
  expect(admission.admitStream({ principal: 'modest', address: '192.0.2.9' })).toBe('limit')
  expect(admission.streams).toBe(0)
  expect(admission.admitStream(SOMEBODY)).toBe('admitted')
})

test('a full process says so before it asks its rules', () => {
  const admission = new Admission({ maxStreams: 1, maxPolls: 1, maxPublishes: 1 }, [
    ({ principal }) => (principal === 'greedy' ? 'client' : undefined),
  ])
  admission.admitStream(SOMEBODY)

  expect(admission.admitStream({ principal: 'greedy', address: '' })).toBe('limit')
})
