import type { Span } from './spans.ts'

/** A span with its place in the tree of its trace. */
export interface Branch {
  readonly span: Span
  /** The lines that lead to it from its parents, such as `│ └ `. */
  readonly lines: string
}

/**
 * The spans of a trace as a tree, parents first, and siblings by the time they began. A span whose parent is missing is
 * a root: its process may not have sent the parent yet, or another tracing system has it.
 */
export function arrange(spans: readonly Span[]): readonly Branch[] {
  const ids = new Set(spans.map(({ spanId }) => spanId))
  const ordered = spans.toSorted((one, other) => one.start - other.start)
  const children = Map.groupBy(ordered, ({ parentId }) => (ids.has(parentId) ? parentId : ''))
  // A cycle of parents, which no tracing system writes, would have no root and is left out.
  return (children.get('') ?? []).flatMap((root) => branchesOf(root, children, '', ''))
}

function branchesOf(
  span: Span,
  children: ReadonlyMap<string, readonly Span[]>,
  lines: string,
  indent: string,
): readonly Branch[] {
  const own = children.get(span.spanId) ?? []
  const below = own.flatMap((child, index) => {
    const isLast = index === own.length - 1
    return branchesOf(
      child,
      children,
      `${indent}${isLast ? '└ ' : '├ '}`,
      `${indent}${isLast ? '  ' : '│ '}`,
    )
  })
  return [{ span, lines }, ...below]
}
