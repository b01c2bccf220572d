import type { Span } from './spans.ts'

/** A span with its place in the tree of its trace. */
export interface Branch {
  readonly span: Span
  /** The lines that lead to it from its parents, such as `│ └ `. */
  readonly lines: string
}

/** Levels that are indented one by one. What is deeper has the indent of this level and a `…`: lines stay short. */
const DEEPEST = 32

/**
 * The spans of a trace as a tree, parents first, and siblings by the time they began. Ids must be unique. A span whose
 * parent is missing is a root: its process may not have sent the parent yet, or another tracing system has it. Of a
 * cycle of parents the first span is one, after all others.
 */
export function arrange(spans: readonly Span[]): readonly Branch[] {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const ordered = spans.toSorted((one, other) => one.start - other.start)
  const children = Map.groupBy(ordered, ({ parentId }) => (ids.has(parentId) ? parentId : ''))
  const branches = new Map<string, Branch>()
  for (const root of [...(children.get('') ?? []), ...ordered]) {
    if (!branches.has(root.spanId)) walk(root, children, branches)
  }
  return [...branches.values()]
}

interface Step extends Branch {
  /** What the lines of its children begin with. */
  readonly indent: string
  readonly depth: number
}

/** Adds a root and all below it. The stack is its own, since a trace may be deeper than that of calls. */
function walk(
  root: Span,
  children: ReadonlyMap<string, readonly Span[]>,
  branches: Map<string, Branch>,
): void {
  const stack: Step[] = [{ span: root, lines: '', indent: '', depth: 0 }]
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    const { span, lines } = step
    branches.set(span.spanId, { span, lines })
    const own = (children.get(span.spanId) ?? []).filter(({ spanId }) => !branches.has(spanId))
    for (let index = own.length - 1; index >= 0; index--) {
      stack.push(stepTo(own[index]!, step, index === own.length - 1))
    }
  }
}

function stepTo(span: Span, { indent, depth }: Step, isLast: boolean): Step {
  if (depth >= DEEPEST) return { span, lines: `${indent}… `, indent, depth }
  return {
    span,
    lines: `${indent}${isLast ? '└ ' : '├ '}`,
    indent: `${indent}${isLast ? '  ' : '│ '}`,
    depth: depth + 1,
  }
}
