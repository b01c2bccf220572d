import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import type { Page, WatchEvent } from '../cluster/cluster.ts'
import { ClusterError } from '../cluster/cluster-error.ts'
import type { Kind } from '../objects/kind.ts'
import type { KubeObject } from '../objects/metadata.ts'
import type { ApiCall } from './api-call.ts'
import { explainRefusal, parseStatus } from './explain-refusal.ts'

/** Objects that are checked at a stretch, before other work has its turn. */
const SLICE = 25

const list = z.object({
  metadata: z.object({ resourceVersion: z.string(), continue: z.string().optional() }),
  items: z.array(z.unknown()).nullable(),
})

const watchLine = z.object({
  type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']),
  object: z.unknown(),
})

const discovery = z.object({ resources: z.array(z.object({ name: z.string() })) })

const bookmark = z.object({ metadata: z.object({ resourceVersion: z.string() }) })

const CHANGES = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const

export function readObject<T extends KubeObject>(kind: Kind<T>, value: unknown): T {
  return read(kind.kind, kind.schema, value)
}

export async function readPage<T extends KubeObject>(
  kind: Kind<T>,
  value: unknown,
): Promise<Page<T>> {
  const { items, metadata } = read(`list of ${kind.plural}`, list, value)
  const objects: T[] = []
  for (const item of items ?? []) {
    if (objects.length % SLICE === SLICE - 1) await setImmediate()
    objects.push(readObject(kind, item))
  }
  return {
    items: objects,
    resourceVersion: metadata.resourceVersion,
    // The API server writes an empty one, too, on a last page.
    continueToken: metadata.continue === '' ? undefined : metadata.continue,
  }
}

/** Throws the error that a watch may carry. */
export function readWatchLine<T extends KubeObject>(
  kind: Kind<T>,
  call: ApiCall,
  line: string,
): WatchEvent<T> {
  const { type, object } = read(`change of ${kind.plural}`, watchLine, parse(kind, line))
  if (type === 'ERROR') {
    const status = parseStatus(object)
    throw explainRefusal(call, { code: status?.code ?? 500, status })
  }
  if (type === 'BOOKMARK') {
    const { resourceVersion } = read('bookmark', bookmark, object).metadata
    return { type: 'bookmark', resourceVersion }
  }
  return { type: CHANGES[type], object: readObject(kind, object) }
}

/** The plurals that discovery lists for an API version. */
export function readServedPlurals(
  kind: Pick<Kind, 'apiVersion'>,
  value: unknown,
): readonly string[] {
  return read(`list of what ${kind.apiVersion} has`, discovery, value).resources.map(
    ({ name }) => name,
  )
}

function parse(kind: Kind, line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new ClusterError('unreadable', `A watch of ${kind.plural} holds what is no JSON.`, {
      cause: error,
    })
  }
}

function read<T>(what: string, schema: z.ZodType<T>, value: unknown): T {
  const { data, error } = schema.safeParse(value)
  if (error === undefined) return data
  const problems = z.prettifyError(error).replaceAll('\n', ' ')
  throw new ClusterError('unreadable', `The API server sent what is no ${what}: ${problems}`)
}
