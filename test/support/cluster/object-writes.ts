import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import type { ApplyOptions, Manifest } from '../../../src/controller/cluster/cluster.ts'
import type { Kind } from '../../../src/controller/objects/kind.ts'
import type { Metadata } from '../../../src/controller/objects/metadata.ts'
import { clusterError } from './errors.ts'
import { applyFields, replaceFields, type OwnedFields, type Owners } from './field-ownership.ts'
import { putTogether, takeApart, type Json } from './fields.ts'
import { hasStatus } from './kinds.ts'
import type { Entry } from './object-store.ts'

/** An object that is about to be stored. */
export interface NewEntry {
  readonly object: Json & { readonly metadata: Metadata }
  readonly owners: Owners
}

/** What a write may change: all but the status, or the status alone. */
type Part = 'main' | 'status'

const NOTHING: OwnedFields = { fields: new Map(), owners: new Map() }

/** What clients set of the metadata; the API server sets the rest. */
const CLIENT_METADATA = ['labels', 'annotations', 'ownerReferences']

/** All that writes other than apply set has this one owner. */
const UPDATER = 'update'

export function createObject(kind: Kind, manifest: Manifest, now: number): NewEntry {
  const owned = replaceFields(NOTHING, UPDATER, takeApart(partOf(kind, manifest, 'main')))
  return finishNew(kind, manifest, owned, now)
}

export function replaceObject(kind: Kind, before: Entry, manifest: Manifest): NewEntry {
  const fields = takeApart(partOf(kind, manifest, 'main'))
  const owned = replaceFields(fieldsOf(kind, before, 'main'), UPDATER, fields)
  return finish(kind, before, owned, 'main')
}

export function applyObject(
  kind: Kind,
  before: Entry | undefined,
  manifest: Manifest,
  { options, now }: { readonly options: ApplyOptions; readonly now: number },
): NewEntry {
  const part = options.subresource ?? 'main'
  const manager = `${part}:${options.fieldManager}`
  const wanted = takeApart(partOf(kind, manifest, part))
  if (before !== undefined) {
    return finish(kind, before, applyFields(fieldsOf(kind, before, part), manager, wanted), part)
  }
  if (part === 'status') throw clusterError('not-found', `no ${kind.kind} to set the status of`)
  return finishNew(kind, manifest, applyFields(NOTHING, manager, wanted), now)
}

/** The object as a controller of the cluster leaves it: with its status, and the metadata that no client sets. */
export function seedObject(
  kind: Kind,
  before: Entry | undefined,
  manifest: Manifest,
  now: number,
): NewEntry {
  const { object, owners } =
    before === undefined ? createObject(kind, manifest, now) : replaceObject(kind, before, manifest)
  const { status = object['status'] } = manifest
  const metadata = { ...object.metadata, ...omit(manifest.metadata, CLIENT_METADATA) }
  return { object: { ...object, metadata, ...(status !== undefined && { status }) }, owners }
}

export function isSameEntry(a: NewEntry, b: NewEntry): boolean {
  return isDeepStrictEqual(a.object, b.object) && isDeepStrictEqual(a.owners, b.owners)
}

function fieldsOf(kind: Kind, { object, owners }: Entry, part: Part): OwnedFields {
  return { fields: takeApart(partOf(kind, object, part)), owners }
}

/** The fields of a part; the API server itself sets the others. */
function partOf(kind: Kind, object: Json & { readonly metadata: object }, part: Part): Json {
  const { metadata, status } = object
  if (part === 'status') return status === undefined ? {} : { status }
  const { labels, annotations, ownerReferences } = metadata as Partial<Metadata>
  const others = ['apiVersion', 'kind', 'metadata', ...(hasStatus(kind) ? ['status'] : [])]
  return { metadata: { labels, annotations, ownerReferences }, ...omit(object, others) }
}

function finishNew(
  kind: Kind,
  { metadata: { name, namespace } }: Manifest,
  { fields, owners }: OwnedFields,
  now: number,
): NewEntry {
  const object = withDefaults(kind, putTogether(fields))
  const metadata = {
    ...(object['metadata'] as Partial<Metadata> | undefined),
    name,
    ...(namespace !== undefined && { namespace }),
    uid: randomUUID(),
    creationTimestamp: `${new Date(now).toISOString().slice(0, 19)}Z`,
    ...(hasStatus(kind) && { generation: 1 }),
  }
  return { object: { ...object, metadata }, owners }
}

function finish(
  kind: Kind,
  { object: before }: Entry,
  { fields, owners }: OwnedFields,
  part: Part,
): NewEntry {
  if (part === 'status') {
    const { metadata } = before
    return { object: { ...omit(before, ['status']), metadata, ...putTogether(fields) }, owners }
  }
  const object = withDefaults(kind, putTogether(fields))
  const { name, generation } = before.metadata
  const metadata: Metadata = {
    ...(object['metadata'] as Partial<Metadata> | undefined),
    ...omit(before.metadata, CLIENT_METADATA),
    name,
  }
  const after = {
    ...object,
    metadata,
    ...(hasStatus(kind) && before['status'] !== undefined && { status: before['status'] }),
  }
  if (generation !== undefined && !isSameSpec(before, after)) metadata.generation = generation + 1
  return { object: after, owners }
}

function isSameSpec(before: Json, after: Json): boolean {
  const others = ['metadata', 'status']
  return isDeepStrictEqual(omit(before, others), omit(after, others))
}

function omit(object: object, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
}

/**
 * What an API server changes in an object, as far as scaling depends on it: a Deployment whose replicas nobody sets
 * any more has one, and quantities get the largest suffix that keeps them whole.
 */
function withDefaults(kind: Kind, object: Json): Json {
  const spec = object['spec'] as Json | undefined
  if (kind.kind === 'Deployment') return { ...object, spec: { replicas: 1, ...spec } }
  if (kind.kind !== 'HorizontalPodAutoscaler') return object
  const text = JSON.stringify(object).replaceAll(
    /("averageValue":"\d+)(000000|000)"/g,
    (_, start: string, zeros: string) => `${start}${zeros.length === 6 ? 'M' : 'k'}"`,
  )
  return JSON.parse(text) as Json
}
