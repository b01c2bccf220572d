import { isClusterError } from '../cluster/cluster-error.ts'
import type { Cluster, Selection } from '../cluster/cluster.ts'
import type { Kind } from '../objects/kind.ts'
import type { KubeObject } from '../objects/metadata.ts'

/** All selected objects of a kind at one moment. */
export interface ObjectList<T> {
  readonly objects: readonly T[]
  readonly resourceVersion: string
}

/** Objects of a page: an answer of thousands of pods at once would be tens of megabytes. */
const PAGE_SIZE = 500

/** Reads page after page. An abort ends that with a rejection. */
export async function listAll<T extends KubeObject>(
  cluster: Pick<Cluster, 'list'>,
  kind: Kind<T>,
  selection: Selection,
  signal: AbortSignal,
): Promise<ObjectList<T>> {
  try {
    return await listPages(cluster, kind, selection, signal, PAGE_SIZE)
  } catch (error) {
    if (!isClusterError(error, 'expired')) throw error
    // The API server forgot the state that the pages are of. Without pages it has nothing to remember.
    return listPages(cluster, kind, selection, signal)
  }
}

async function listPages<T extends KubeObject>(
  cluster: Pick<Cluster, 'list'>,
  kind: Kind<T>,
  selection: Selection,
  signal: AbortSignal,
  limit?: number,
): Promise<ObjectList<T>> {
  const objects: T[] = []
  let continueToken: string | undefined
  for (;;) {
    const page = await cluster.list(kind, selection, {
      ...(limit === undefined ? {} : { limit }),
      continueToken,
      signal,
    })
    objects.push(...page.items)
    continueToken = page.continueToken
    if (continueToken === undefined) {
      return { objects, resourceVersion: page.resourceVersion }
    }
  }
}
