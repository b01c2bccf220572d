import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Admission } from './admission.ts'
import { LocalFleet } from './local-fleet.ts'

const SOMEBODY = { principal: '', address: '192.0.2.1' }
const NO_LIMITS = {
  maxStreams: 99,
  maxPolls: 99,
  maxPublishes: 99,
  perPrincipal: 99,
  maxPerAddress: undefined,
}

/** The ways in and out of each kind of place. */
const WAYS = {
  stream: {
    limit: 'maxStreams',
    enter: async (admission: Admission) => (await admission.admitStream(SOMEBODY)) === 'admitted',
    leave: (admission: Admission) => admission.releaseStream(SOMEBODY),
  },
  poll: {
    limit: 'maxPolls',
    enter: async (admission: Admission) => admission.admitPoll(),
    leave: (admission: Admission) => admission.releasePoll(),
  },
  publish: {
    limit: 'maxPublishes',
    enter: async (admission: Admission) => admission.admitPublish(),
    leave: (admission: Admission) => admission.releasePublish(),
  },
} as const

test('whatever comes and goes, nothing is admitted beyond its limit, nor refused below it', async () => {
  const kind = fc.constantFrom('stream', 'poll', 'publish')
  const step = fc.oneof(
    fc.record({ kind, do: fc.constantFrom('enter', 'leave') }),
    fc.record({ kind, limit: fc.integer({ min: 1, max: 5 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 100 }), async (steps) => {
      const limits = { ...NO_LIMITS, maxStreams: 3, maxPolls: 3, maxPublishes: 3 }
      const admission = new Admission(() => limits, new LocalFleet())
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
          answers.push(await way.enter(admission))
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

test('a lowered limit closes nobody, and lets nobody in until there is room below it', async () => {
  const limits = { ...NO_LIMITS, maxStreams: 3 }
  const admission = new Admission(() => limits, new LocalFleet())
  for (let count = 0; count < 3; count++) await admission.admitStream(SOMEBODY)

  limits.maxStreams = 2
  expect(admission.streams).toBe(3)
  admission.releaseStream(SOMEBODY)
  expect(await admission.admitStream(SOMEBODY)).toBe('limit')
  admission.releaseStream(SOMEBODY)
  expect(await admission.admitStream(SOMEBODY)).toBe('admitted')
})

test('those who come while the fleet is asked do not get more places than there are', async () => {
  const admission = new Admission(() => ({ ...NO_LIMITS, maxStreams: 2 }), new LocalFleet())
  const newcomers = [1, 2, 3, 4].map((n) => ({ principal: `p${n}`, address: '' }))
  const answers = await Promise.all(newcomers.map(async (each) => admission.admitStream(each)))
  expect(answers).toEqual(['admitted', 'admitted', 'limit', 'limit'])
})

test('a client that has enough is refused, which takes no place', async () => {
  const limits = { ...NO_LIMITS, perPrincipal: 2, maxPerAddress: 3 }
  const admission = new Admission(() => limits, new LocalFleet())
  const greedy = { principal: 'greedy', address: '192.0.2.9' }
  const modest = { principal: 'modest', address: '192.0.2.9' }

  expect(await admission.admitStream(greedy)).toBe('admitted')
  expect(await admission.admitStream(greedy)).toBe('admitted')
  expect(await admission.admitStream(greedy)).toBe('client')
  expect(await admission.admitStream(modest)).toBe('admitted')
  // Its principal has room, its address has none: the place of the principal is given back.
  expect(await admission.admitStream(modest)).toBe('client')
  expect(admission.streams).toBe(3)
  admission.releaseStream(greedy)
  expect(await admission.admitStream(modest)).toBe('admitted')
  expect(await admission.admitStream({ ...modest, address: '192.0.2.1' })).toBe('client')
})

test('nobody in particular shares no limit with others, and an address is no principal', async () => {
  const limits = { ...NO_LIMITS, perPrincipal: 1, maxPerAddress: undefined }
  const admission = new Admission(() => limits, new LocalFleet())
  for (let count = 0; count < 5; count++) {
    expect(await admission.admitStream(SOMEBODY)).toBe('admitted')
  }
})

test('a full process says so before it looks at the client', async () => {
  const limits = { ...NO_LIMITS, maxStreams: 1, maxPerAddress: 1 }
  const admission = new Admission(() => limits, new LocalFleet())
  await admission.admitStream(SOMEBODY)

  expect(await admission.admitStream(SOMEBODY)).toBe('limit')
})

test('a changed limit of a client holds from its next stream on', async () => {
  const limits = { ...NO_LIMITS, perPrincipal: 1 }
  const admission = new Admission(() => limits, new LocalFleet())
  const client = { principal: 'somebody', address: '192.0.2.9' }
  expect(await admission.admitStream(client)).toBe('admitted')
  expect(await admission.admitStream(client)).toBe('client')

  limits.perPrincipal = 2
  expect(await admission.admitStream(client)).toBe('admitted')
  expect(await admission.admitStream(client)).toBe('client')
})
