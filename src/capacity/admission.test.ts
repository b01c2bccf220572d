import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Admission } from './admission.ts'

const SOMEBODY = { principal: '', address: '192.0.2.1' }

test('whatever comes and goes, nothing is admitted beyond its limit, nor refused below it', () => {
  const kinds = ['stream', 'poll', 'publish'] as const
  const limit = fc.integer({ min: 1, max: 5 })
  const step = fc.oneof(
    fc.record({ do: fc.constantFrom('enter', 'leave'), kind: fc.constantFrom(...kinds) }),
    fc.record({ do: fc.constant('limit'), kind: fc.constantFrom(...kinds), limit }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const limits = { maxStreams: 3, maxPolls: 3, maxPublishes: 3 }
      const admission = new Admission(limits)
      const taken = { stream: 0, poll: 0, publish: 0 }
      const ways = {
        stream: {
          limit: 'maxStreams',
          enter: () => admission.admitStream(SOMEBODY) === 'admitted',
          leave: () => admission.releaseStream(),
        },
        poll: {
          limit: 'maxPolls',
          enter: () => admission.admitPoll(),
          leave: () => admission.releasePoll(),
        },
        publish: {
          limit: 'maxPublishes',
          enter: () => admission.admitPublish(),
          leave: () => admission.releasePublish(),
        },
      } as const
      for (const next of steps) {
        const way = ways[next.kind]
        if ('limit' in next) limits[way.limit] = next.limit
        else if (next.do === 'leave' && taken[next.kind] > 0) {
          way.leave()
          taken[next.kind]--
        } else if (next.do === 'enter') {
          const hasRoom = taken[next.kind] < limits[way.limit]
          expect(way.enter()).toBe(hasRoom)
          if (hasRoom) taken[next.kind]++
        }
        expect([admission.streams, admission.polls]).toEqual([taken.stream, taken.poll])
      }
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
