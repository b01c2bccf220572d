import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePosition, type Position } from '../wire/position.ts'
import { positionAt, resume, type History } from './history.ts'

const A = 'aaaaaaaa'
const B = 'bbbbbbbb'
const LIFE = 'llllllll'

/** Epoch A wrote 1 to 5 of which 1 to 3 survived a fail-over; B goes on with 4 to 8; 1 is trimmed. */
const forked: History = {
  chain: [
    { epoch: A, first: 1 },
    { epoch: B, first: 4 },
  ],
  origins: [LIFE],
  oldest: 2,
  top: 8,
}
const unwritten: History = { chain: [], origins: [LIFE, 'kkkkkkkk'], oldest: 1, top: 0 }

test('names each offset in the words of the epoch that wrote it', () => {
  const names = [0, 3, 4, 8].map((offset) => positionAt(forked, offset))

  expect(names).toEqual([`${A}-0`, `${A}-3`, `${B}-4`, `${B}-8`])
  expect(positionAt(unwritten, 0)).toBe(`${LIFE}-0`)
})

test.for([
  ['a position of the present epoch goes on', { epoch: B, offset: 6 }, { after: 6 }],
  ['so does the top', { epoch: B, offset: 8 }, { after: 8 }],
  ['so does a position before the fork', { epoch: A, offset: 3 }, { after: 3 }],
  ['so does the same place in the words of the next epoch', { epoch: B, offset: 3 }, { after: 3 }],
  [
    'beyond the oldest event it is trimmed',
    { epoch: A, offset: 0 },
    { after: 1, gap: { reason: 'trimmed', from: `${A}-1`, to: `${A}-1`, missed: 1 } },
  ],
  [
    'a life in which the channel began stands before its first event',
    { epoch: LIFE, offset: 0 },
    { after: 1, gap: { reason: 'trimmed', from: `${A}-1`, to: `${A}-1`, missed: 1 } },
  ],
  [
    'the tail that a fail-over lost is told with its bounds',
    { epoch: A, offset: 5 },
    { after: 3, gap: { reason: 'diverged', from: `${A}-4`, to: `${A}-5`, missed: 2 } },
  ],
  [
    'beyond the top it is ahead',
    { epoch: B, offset: 9 },
    { after: 8, gap: { reason: 'ahead', from: null, to: null, missed: null } },
  ],
  [
    'an epoch that nobody knows is lost',
    { epoch: 'zzzzzzzz', offset: 4 },
    { after: 1, gap: { reason: 'epoch-lost', from: null, to: null, missed: null } },
  ],
  [
    'a life has no offsets but 0',
    { epoch: LIFE, offset: 1 },
    { after: 1, gap: { reason: 'epoch-lost', from: null, to: null, missed: null } },
  ],
  [
    'an offset before its epoch began was never given out',
    { epoch: B, offset: 2 },
    { after: 8, gap: { reason: 'unknown-cursor', from: null, to: null, missed: null } },
  ],
] as const)('%s', ([, position, expected]) => {
  expect(resume(forked, position)).toEqual(expected)
})

test('a channel never written is resumed from both known lives, and from no other', () => {
  expect(resume(unwritten, { epoch: LIFE, offset: 0 })).toEqual({ after: 0 })
  expect(resume(unwritten, { epoch: 'kkkkkkkk', offset: 0 })).toEqual({ after: 0 })
  expect(resume(unwritten, { epoch: 'jjjjjjjj', offset: 0 }).gap?.reason).toBe('epoch-lost')
})

type Step =
  | { readonly kind: 'append' | 'trim' | 'fork'; readonly count: number }
  | { readonly kind: 'look' }
  | { readonly kind: 'flush' }

const count = fc.integer({ min: 1, max: 5 })
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('append' as const), count }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('trim' as const), count }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('fork' as const), count }) },
    { weight: 3, arbitrary: fc.constant({ kind: 'look' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'flush' as const }) },
  ),
  { maxLength: 40 },
)

test('nothing is lost silently, and no gap is false, whatever happens between two looks', () => {
  fc.assert(
    fc.property(steps, (script) => {
      const channel = new ModelChannel()
      const clients: Client[] = []
      for (const step of script) {
        if (step.kind === 'look') clients.push(channel.look())
        else channel.play(step)
      }

      const faults = clients.map((client) => findFault(channel, client))
      expect(faults.filter((fault) => fault !== undefined)).toEqual([])
    }),
    { numRuns: 2_000 },
  )
})

interface Client {
  readonly position: Position
  /** Every event it was ever given. */
  readonly held: readonly number[]
}

/** What is wrong with the way in which this client would resume. */
function findFault(channel: ModelChannel, { position, held }: Client): string | undefined {
  const { after, gap } = resume(channel.history, position)
  const { oldest } = channel.history
  const shared = held.filter((event, index) => channel.line[index] === event).length
  const told = JSON.stringify({ held, line: channel.line, oldest, after, gap })
  if (gap?.reason === 'trimmed' && gap.missed !== oldest - 1 - held.length)
    return `miscounted ${told}`
  if (gap?.reason === 'diverged' && gap.missed !== held.length - shared) return `miscounted ${told}`

  // An epoch that ended in a flush is lost, whatever its client holds.
  if (gap?.reason === 'epoch-lost') return after === oldest - 1 ? undefined : `skips events ${told}`
  if (shared < held.length) {
    if (gap?.reason === 'diverged') {
      return after === Math.max(shared, oldest - 1) ? undefined : `skips events ${told}`
    }
    return gap?.reason === 'ahead' ? undefined : `holds what is no more, and is not told ${told}`
  }
  if (held.length < oldest - 1) {
    return gap?.reason === 'trimmed' && after === oldest - 1 ? undefined : `loses silently ${told}`
  }
  return gap === undefined && after === held.length ? undefined : `a false gap ${told}`
}

/** A channel as it truly is: every event ever written has a number of its own. */
class ModelChannel {
  line: number[] = []
  #chain: { epoch: string; first: number }[] = []
  #origin = name(0)
  #oldest = 1
  #names = 0
  #events = 0

  get history(): History {
    return {
      chain: this.#chain,
      origins: [this.#origin],
      oldest: this.#oldest,
      top: this.line.length,
    }
  }

  look(): Client {
    const position = parsePosition(positionAt(this.history, this.line.length))
    if (position === undefined) throw new Error('expected a position')
    return { position, held: [...this.line] }
  }

  play(step: Exclude<Step, { kind: 'look' }>): void {
    if (step.kind === 'flush') {
      this.line = []
      this.#chain = []
      this.#origin = name(++this.#names)
      this.#oldest = 1
    } else if (step.kind === 'trim') {
      this.#oldest = Math.min(this.#oldest + step.count, this.line.length + 1)
    } else if (step.kind === 'append') {
      if (this.#chain.length === 0) this.#chain = [{ epoch: name(++this.#names), first: 1 }]
      for (let added = 0; added < step.count; added++) this.line.push(++this.#events)
    } else if (this.line.length > step.count) {
      // The fail-over loses the tail and, as every adapter must, opens an epoch with the next append.
      this.line.splice(this.line.length - step.count)
      const first = this.line.length + 1
      const epochs = this.#chain.filter((start) => start.first < first)
      this.#chain = [...epochs, { epoch: name(++this.#names), first }]
      this.line.push(++this.#events)
      this.#oldest = Math.min(this.#oldest, first)
    }
  }
}

function name(number: number): string {
  return String(number).padStart(8, '0')
}
