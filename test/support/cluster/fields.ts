import { isDeepStrictEqual } from 'node:util'

export type Json = Record<string, unknown>

/** The name of a field, or what picks an item out of a list that has keys. */
type Segment = string | Readonly<Record<string, unknown>>

export interface Field {
  readonly path: readonly Segment[]
  readonly value: unknown
}

/** An object taken apart: each field that can have an owner of its own, by its path as text. */
export type Fields = ReadonlyMap<string, Field>

/** Lists whose items are told apart by a field; all other lists are one field. */
const LIST_KEYS: Readonly<Record<string, string>> = {
  conditions: 'type',
  containers: 'name',
  env: 'name',
  ownerReferences: 'uid',
  pods: 'name',
}

/** Maps that are one field. */
const ATOMIC_MAPS: ReadonlySet<string> = new Set(['selector', 'scaleTargetRef'])

export function takeApart(object: Json): Fields {
  const fields = new Map<string, Field>()
  const visit = (value: unknown, path: readonly Segment[]): void => {
    const name = path.at(-1)
    const key = typeof name === 'string' ? LIST_KEYS[name] : undefined
    if (value === undefined) return
    if (key !== undefined && Array.isArray(value) && !isEmpty(value)) {
      for (const item of value as readonly Json[]) visit(item, [...path, { [key]: item[key] }])
    } else if (isMap(value) && !isEmpty(value) && !isAtomic(name)) {
      for (const [field, inner] of Object.entries(value)) visit(inner, [...path, field])
    } else {
      fields.set(JSON.stringify(path), { path, value })
    }
  }
  for (const [field, value] of Object.entries(object)) visit(value, [field])
  return fields
}

export function putTogether(fields: Fields): Json {
  const object: Json = {}
  for (const { path, value } of fields.values()) {
    let node = object
    for (const [index, segment] of path.entries()) {
      if (typeof segment !== 'string') continue
      const next = path[index + 1]
      if (next === undefined) {
        // What one owner left empty may have fields of others.
        if (isEmpty(value)) node[segment] ??= Array.isArray(value) ? [] : {}
        else node[segment] = value
      } else if (typeof next === 'string') {
        node = (node[segment] ??= {}) as Json
      } else {
        node = findItem((node[segment] ??= []) as Json[], next)
      }
    }
  }
  return object
}

export function isSameField(a: Field | undefined, b: Field | undefined): boolean {
  return isDeepStrictEqual(a?.value, b?.value)
}

function findItem(list: Json[], key: Readonly<Record<string, unknown>>): Json {
  const [[name, value] = ['', undefined]] = Object.entries(key)
  const found = list.find((item) => item[name] === value)
  if (found !== undefined) return found
  const item = { ...key }
  list.push(item)
  return item
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

function isAtomic(name: Segment | undefined): boolean {
  return typeof name === 'string' && ATOMIC_MAPS.has(name)
}
