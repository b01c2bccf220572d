/**
 * The rule of the linter that a constructor starts nothing: no timer, worker, process, connection or listener, neither
 * in its body, nor in the value of a field, nor in a method of the class that it calls. Functions that are only made
 * there may start what they like, for they run later.
 */

import type { RuleTester } from 'oxlint/plugins-dev'

type Rule = Parameters<RuleTester['run']>[1]

/** A node of the syntax tree, as ESTree describes it; the fields that this rule reads. */
interface Node {
  readonly type: string
  readonly range: [number, number]
  readonly kind?: unknown
  readonly static?: unknown
  readonly name?: unknown
  readonly key?: unknown
  readonly value?: unknown
  readonly body?: unknown
  readonly callee?: unknown
  readonly object?: unknown
  readonly property?: unknown
}

/** Functions that start something when they are called. */
const STARTERS = new Set<unknown>([
  'setInterval',
  'setTimeout',
  'setImmediate',
  'queueMicrotask',
  'spawn',
  'fork',
  'exec',
  'execFile',
  'fetch',
])
/** Methods that start something, of whatever object. */
const STARTING_METHODS = new Set<unknown>(['start', 'listen', 'connect', 'enable', 'ref'])
/** Classes whose objects run from the moment they are made. */
const RUNNING_CLASSES = new Set<unknown>(['Worker', 'BroadcastChannel', 'WebSocket', 'EventSource'])

/** What they hold runs later, or is a class of its own. */
const LATER = new Set([
  'FunctionExpression',
  'ArrowFunctionExpression',
  'FunctionDeclaration',
  'ClassBody',
])

function findStarts(members: readonly Node[]): ReadonlySet<Node> {
  const methods = new Map(
    members
      .filter(({ kind }) => kind === 'method')
      .map(({ key, value }) => [nameOf(key), field(value, 'body')]),
  )
  const found = new Set<Node>()
  const seen = new Set<unknown>()
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item)
      return
    }
    if (!isNode(value) || seen.has(value)) return
    seen.add(value)
    if (LATER.has(value.type)) return
    if (isStart(value)) found.add(value)
    const { callee } = value
    if (field(field(callee, 'object'), 'type') === 'ThisExpression') {
      visit(methods.get(nameOf(field(callee, 'property'))))
    }
    for (const [key, child] of Object.entries(value)) if (key !== 'parent') visit(child)
  }
  for (const { type, kind, value, static: isStatic } of members) {
    if (kind === 'constructor') visit(field(value, 'body'))
    if (type === 'PropertyDefinition' && isStatic !== true) visit(value)
  }
  return found
}

function isStart({ type, callee }: Node): boolean {
  if (type === 'NewExpression') return RUNNING_CLASSES.has(nameOf(callee))
  if (type !== 'CallExpression') return false
  return STARTERS.has(nameOf(callee)) || STARTING_METHODS.has(nameOf(field(callee, 'property')))
}

/** Of an identifier, private or not. */
function nameOf(value: unknown): unknown {
  return field(value, 'name')
}

function field(value: unknown, name: keyof Node): unknown {
  return isNode(value) ? value[name] : undefined
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value
}

export const startsNothing: Rule = {
  create: (context) => ({
    ClassBody: ({ body }) => {
      for (const node of findStarts(body)) {
        context.report({ node, message: 'a constructor starts nothing: give the part a start()' })
      }
    },
  }),
}

export default {
  meta: { name: 'constructors' },
  rules: { 'start-nothing': startsNothing },
}
