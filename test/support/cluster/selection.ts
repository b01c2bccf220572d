import type { Selection } from '../../../src/controller/cluster/cluster.ts'
import type { KubeObject } from '../../../src/controller/objects/metadata.ts'
import { clusterError } from './errors.ts'

/** Whether an object is selected. A selector that no API server takes is an error. */
export function isSelected(object: KubeObject, selection: Selection): boolean {
  const { namespace, labelSelector = '', fieldSelector = '' } = selection
  const { labels = {} } = object.metadata
  return (
    (namespace === undefined || object.metadata.namespace === namespace) &&
    splitTerms(labelSelector).every((term) => hasLabel(labels, term)) &&
    splitTerms(fieldSelector).every((term) => hasField(object, term))
  )
}

/** Commas within brackets separate values, not terms. */
function splitTerms(selector: string): readonly string[] {
  return selector
    .split(/,(?![^(]*\))/)
    .map((term) => term.trim())
    .filter((term) => term !== '')
}

function hasLabel(labels: Readonly<Record<string, string>>, term: string): boolean {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term)
  if (set !== null) {
    const [, key = '', operator, list = ''] = set
    const values = list.split(',').map((value) => value.trim())
    const isIn = values.includes(labels[key] ?? '') && key in labels
    return isIn === (operator === 'in')
  }
  const equation = parseEquation(term)
  if (equation !== undefined) return (labels[equation.left] === equation.right) === equation.isEqual
  return term.startsWith('!') ? !(term.slice(1) in labels) : term in labels
}

function hasField(object: KubeObject, term: string): boolean {
  const equation = parseEquation(term)
  if (equation === undefined) throw clusterError('invalid', `no field selector: ${term}`)
  return (readField(object, equation.left) === equation.right) === equation.isEqual
}

function readField(object: KubeObject, path: string): unknown {
  if (!['metadata.name', 'metadata.namespace', 'spec.targetRef.name'].includes(path)) {
    throw clusterError('invalid', `field label not supported: ${path}`)
  }
  return path
    .split('.')
    .reduce<unknown>((node, name) => (node as Record<string, unknown> | undefined)?.[name], object)
}

function parseEquation(term: string) {
  const match = /^([^=!\s]+)\s*(==?|!=)\s*(.*)$/.exec(term)
  if (match === null) return undefined
  const [, left = '', operator, right = ''] = match
  return { left, right, isEqual: operator !== '!=' }
}
