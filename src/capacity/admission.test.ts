import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Admission, type ClientIdentity } from './admission.ts'
import { LocalFleet } from './local-fleet.ts'
import type { Slot } from './slot.ts'

const SOMEBODY = { principal: '', address: '192.0.2.1' }
const NO_LIMITS = {
  maxStreams: 99,
  maxPolls: 99,
  maxPublishes: 99,
  perPrincipal: 99,
  maxPerAddress: undefined,
}

const ADMITTED = { kind: 'admitted' }
const LIMIT = { kind: 'refused', reason: 'limit' }
const CLIENT = { kind: 'refused', reason: 'client' }

/** Requests a slot, by kind. */
const KINDS = {
  stream: { limit: 'maxStreams', ask: async (admission: Admission) => askStream(admission) },
  poll: { limit: 'maxPolls', ask: async (admission: Admission) => admission.admitPoll() },
  publish: { limit: 'maxPublishes', ask: async (admission: Admission) => admission.admitPublish() },
} as const

function anonymous(address: string): ClientIdentity {
  return { principal: '', address }
}

async function askStream(admission: Admission, identity = SOMEBODY): Promise<Slot | undefined> {
  const result = await admission.admitStream(identity)
  return result.kind === 'admitted' ? result.slot : undefined
}

async function takeStream(admission: Admission, identity = SOMEBODY): Promise<Slot> {
  const slot = await askStream(admission, identity)
  if (slot === undefined) throw new Error('expected to be admitted')
  return slot
}

test('under any requests and releases, none is admitted beyond its limit or refused below it', async () => {
  const kind = fc.constantFrom('stream', 'poll', 'publish')
  const step = fc.oneof(
    fc.record({ kind, do: fc.constantFrom('enter', 'leave') }),
    fc.record({ kind, limit: fc.integer({ min: 1, max: 5 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 100 }), async (steps) => {
      const limits = { ...NO_LIMITS, maxStreams: 3, maxPolls: 3, maxPublishes: 3 }
      const admission = new Admission(() => limits, new LocalFleet())
      const taken: Record<'stream' | 'poll' | 'publish', Slot[]> = {
        stream: [],
        poll: [],
        publish: [],
      }
      const answers: boolean[] = []
      const expected: boolean[] = []
      for (const next of steps) {
        const { limit, ask } = KINDS[next.kind]
        const slots = taken[next.kind]
        if ('limit' in next) {
          limits[limit] = next.limit
        } else if (next.do === 'enter') {
          expected.push(slots.length < limits[limit])
          const slot = await ask(admission)
          answers.push(slot !== undefined)
          if (slot !== undefined) slots.push(slot)
        } else {
          slots.pop()?.release()
        }
      }
      expect(answers).toEqual(expected)
      expect([admission.streams, admission.polls]).toEqual([taken.stream.length, taken.poll.length])
    }),
  )
})

test.each(Object.entries(KINDS))(
  'a slot of a %s is given back once, however often it is released',
  async (_kind, { limit, ask }) => {
    const limits = { ...NO_LIMITS, [limit]: 2 }
    const admission = new Admission(() => limits, new LocalFleet())
    const first = await ask(admission)
    await ask(admission)
    expect(await ask(admission)).toBeUndefined()
    first?.release()
    first?.release()
    first?.[Symbol.dispose]()
    expect(await ask(admission)).toBeDefined()
    expect(await ask(admission)).toBeUndefined()
  },
)

test('a slot that has moved is given back by its new holder alone', async () => {
  const admission = new Admission(() => ({ ...NO_LIMITS, maxPolls: 1 }), new LocalFleet())
  let moved: Slot | undefined
  {
    using slot = admission.admitPoll()
    moved = slot?.move()
  }
  expect(admission.admitPoll()).toBeUndefined()
  moved?.release()
  expect(admission.admitPoll()).toBeDefined()
})

test('a lowered limit closes no stream, and admits none until there is room below it', async () => {
  const limits = { ...NO_LIMITS, maxStreams: 3 }
  const admission = new Admission(() => limits, new LocalFleet())
  const [first, second] = [
    await takeStream(admission),
    await takeStream(admission),
    await takeStream(admission),
  ]

  limits.maxStreams = 2
  expect(admission.streams).toBe(3)
  first.release()
  expect(await admission.admitStream(SOMEBODY)).toEqual(LIMIT)
  second.release()
  expect(await admission.admitStream(SOMEBODY)).toMatchObject(ADMITTED)
})

test('concurrent requests that ask the fleet do not get more slots than there are', async () => {
  const admission = new Admission(() => ({ ...NO_LIMITS, maxStreams: 2 }), new LocalFleet())
  const newcomers = [1, 2, 3, 4].map((n) => ({ principal: `p${n}`, address: '' }))
  const answers = await Promise.all(newcomers.map(async (each) => admission.admitStream(each)))
  expect(answers).toMatchObject([ADMITTED, ADMITTED, LIMIT, LIMIT])
})

test('a client at its limit is refused, which takes no slot', async () => {
  const limits = { ...NO_LIMITS, perPrincipal: 2, maxPerAddress: 3 }
  const admission = new Admission(() => limits, new LocalFleet())
  const greedy = { principal: 'greedy', address: '192.0.2.9' }
  const modest = { principal: 'modest', address: '192.0.2.9' }

  const first = await takeStream(admission, greedy)
  await takeStream(admission, greedy)
  expect(await admission.admitStream(greedy)).toEqual(CLIENT)
  await takeStream(admission, modest)
  // The principal has room, the address has none: the count of the principal is given back.
  expect(await admission.admitStream(modest)).toEqual(CLIENT)
  expect(admission.streams).toBe(3)
  first.release()
  await takeStream(admission, modest)
  expect(await admission.admitStream({ ...modest, address: '192.0.2.1' })).toEqual(CLIENT)
})

test('a slot gives back the counts taken for it, even after the limits have changed', async () => {
  const limits = { ...NO_LIMITS, maxPerAddress: 1 as number | undefined }
  const admission = new Admission(() => limits, new LocalFleet())
  const slot = await takeStream(admission)

  limits.maxPerAddress = undefined
  slot.release()
  limits.maxPerAddress = 1

  expect(await admission.admitStream(SOMEBODY)).toMatchObject(ADMITTED)
  expect(await admission.admitStream(SOMEBODY)).toEqual(CLIENT)
})

test('anonymous clients share no limit, and an address is not taken for a principal', async () => {
  const limits = { ...NO_LIMITS, perPrincipal: 1, maxPerAddress: undefined }
  const admission = new Admission(() => limits, new LocalFleet())
  for (let count = 0; count < 5; count++) {
    expect(await admission.admitStream(SOMEBODY)).toMatchObject(ADMITTED)
  }
})

test('a full process refuses with limit before it checks the client', async () => {
  const limits = { ...NO_LIMITS, maxStreams: 1, maxPerAddress: 1 }
  const admission = new Admission(() => limits, new LocalFleet())
  await takeStream(admission)

  expect(await admission.admitStream(SOMEBODY)).toEqual(LIMIT)
})

test('a changed limit of a client holds from its next stream on', async () => {
  const limits = { ...NO_LIMITS, perPrincipal: 1 }
  const admission = new Admission(() => limits, new LocalFleet())
  const client = { principal: 'somebody', address: '192.0.2.9' }
  expect(await admission.admitStream(client)).toMatchObject(ADMITTED)
  expect(await admission.admitStream(client)).toEqual({ kind: 'refused', reason: 'client' })

  limits.perPrincipal = 2
  expect(await admission.admitStream(client)).toMatchObject(ADMITTED)
  expect(await admission.admitStream(client)).toEqual({ kind: 'refused', reason: 'client' })
})

test('the addresses of one /64 of IPv6 share a limit, and those of another have their own', async () => {
  const limits = { ...NO_LIMITS, maxPerAddress: 1 }
  const admission = new Admission(() => limits, new LocalFleet())
  expect(await admission.admitStream(anonymous('2001:db8::1'))).toMatchObject(ADMITTED)
  expect(await admission.admitStream(anonymous('2001:db8::2'))).toEqual(CLIENT)
  expect(await admission.admitStream(anonymous('2001:db8:0:1::1'))).toMatchObject(ADMITTED)
})

test('a principal that is named like an address is counted apart from it', async () => {
  const limits = { ...NO_LIMITS, perPrincipal: 1, maxPerAddress: 1 }
  const admission = new Admission(() => limits, new LocalFleet())
  const client = { principal: '192.0.2.1', address: '192.0.2.1' }
  expect(await admission.admitStream(client)).toMatchObject(ADMITTED)
  expect(await admission.admitStream(client)).toEqual(CLIENT)
})
