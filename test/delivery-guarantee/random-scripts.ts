import * as fc from 'fast-check'
import { CHANNELS, CLIENTS, PODS, type Step } from './simulation.ts'

const channel = fc.nat(CHANNELS - 1)
const pod = fc.nat(PODS - 1)
const client = fc.nat(CLIENTS - 1)
const from = fc.oneof(
  fc.constantFrom('latest' as const, 'earliest' as const),
  fc.record({ last: fc.integer({ min: 1, max: 5 }) }),
)

function stepOf<K extends Step['do']>(
  weight: number,
  name: K,
  fields: { [F in Exclude<keyof Extract<Step, { do: K }>, 'do'>]: fc.Arbitrary<unknown> },
) {
  const arbitrary = fc.record({ do: fc.constant(name), ...fields }) as unknown as fc.Arbitrary<Step>
  return { weight, arbitrary }
}

const step = fc.oneof(
  stepOf(18, 'append', { channel, count: fc.integer({ min: 1, max: 4 }) }),
  stepOf(6, 'trim', { channel, count: fc.integer({ min: 1, max: 5 }) }),
  stepOf(6, 'failOver', { channel, count: fc.nat(2) }),
  stepOf(2, 'openEpoch', { channel }),
  stepOf(1, 'flush', { channel }),
  stepOf(1, 'rotateIncarnations', { channel }),
  stepOf(8, 'notify', { pod, how: fc.constantFrom('at-once', 'twice', 'late', 'lost') }),
  stepOf(4, 'answer', { pod, how: fc.constantFrom('at-once', 'at-once', 'failing') }),
  stepOf(6, 'doubt', { pod }),
  stepOf(12, 'stream', { client, pod, from }),
  stepOf(4, 'cut', { client }),
  stepOf(12, 'poll', {
    client,
    pod,
    from,
    limit: fc.integer({ min: 1, max: 5 }),
    used: fc.integer({ min: 1, max: 5 }),
  }),
  stepOf(3, 'settle', {}),
)

/** Scripts for a simulation. */
export const scripts = fc.array(step, { minLength: 10, maxLength: 60, size: 'max' })
