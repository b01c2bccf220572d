import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arrange } from './span-tree.ts'
import type { Span } from './spans.ts'

/** Spans by number; each has a parent of a lower number, or one that is missing. */
const traces = fc
  .array(fc.record({ parent: fc.integer({ min: -2, max: 30 }), start: fc.nat(100) }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((rows) => rows.map(({ parent, start }, id) => newSpan(id, Math.min(parent, id - 1), start)))

function newSpan(id: number, parent: number, start: number): Span {
  return {
    traceId: 'trace',
    spanId: `span ${id}`,
    parentId: parent < 0 ? ['', 'elsewhere'][-parent - 1]! : `span ${parent}`,
    name: 'name',
    process: 'pod',
    start,
    end: start,
    isError: false,
    attributes: new Map(),
  }
}

test('has each span once, below its parent and one step further in', () => {
  fc.assert(
    fc.property(traces, (spans) => {
      const branches = arrange(spans)
      expect(branches.map(({ span }) => span.spanId).toSorted()).toEqual(
        spans.map(({ spanId }) => spanId).toSorted(),
      )
      const depths = new Map(branches.map(({ span, lines }) => [span.spanId, lines.length / 2]))
      const open: string[] = []
      for (const { span } of branches) {
        const depth = depths.get(span.spanId)!
        open.length = depth
        const parent = depths.has(span.parentId) ? span.parentId : undefined
        expect(open.at(-1)).toBe(parent)
        open.push(span.spanId)
      }
    }),
  )
})

test('has siblings in the order in which they began', () => {
  fc.assert(
    fc.property(traces, (spans) => {
      const branches = arrange(spans)
      const ids = new Set(spans.map(({ spanId }) => spanId))
      const parentOf = ({ parentId }: Span) => (ids.has(parentId) ? parentId : '')
      const siblings = Map.groupBy(branches, ({ span }) => parentOf(span)).values()
      for (const group of siblings) {
        const starts = group.map(({ span }) => span.start)
        expect(starts).toEqual(starts.toSorted((one, other) => one - other))
      }
    }),
  )
})

test('draws lines that lead from parents to children', () => {
  const spans = [newSpan(0, -1, 0), newSpan(1, 0, 1), newSpan(2, 1, 2), newSpan(3, 0, 3)]
  expect(arrange(spans).map(({ lines }) => lines)).toEqual(['', '├ ', '│ └ ', '└ '])
})

test('has each span once, also where parents form a cycle', () => {
  const parents = fc.array(fc.integer({ min: -2, max: 12 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(parents, (numbers) => {
      const spans = numbers.map((parent, id) => newSpan(id, parent, id))
      expect(
        arrange(spans)
          .map(({ span }) => span.spanId)
          .toSorted(),
      ).toEqual(spans.map(({ spanId }) => spanId).toSorted())
    }),
  )
})

test('draws the first span of a cycle of parents as a root, after those of the tree', () => {
  const spans = [newSpan(0, 2, 0), newSpan(1, 0, 1), newSpan(2, 1, 2), newSpan(3, -1, 3)]
  const rows = arrange(spans).map(({ span, lines }) => `${lines}${span.spanId}`)
  expect(rows).toEqual(['span 3', 'span 0', '└ span 1', '  └ span 2'])
})

test('walks deeper than calls can nest, and cuts the indent', () => {
  const spans = Array.from({ length: 30_000 }, (_, id) => newSpan(id, id - 1, id))
  const branches = arrange(spans)
  expect(branches.map(({ span }) => span)).toEqual(spans)
  expect(branches.slice(31, 35).map(({ lines }) => lines.slice(60))).toEqual([
    '└ ',
    '  └ ',
    '    … ',
    '    … ',
  ])
  expect(Math.max(...branches.map(({ lines }) => lines.length))).toBe(66)
})
