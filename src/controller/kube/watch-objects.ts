import type { Selection, WatchEvent, WatchRequest } from '../cluster/cluster.ts'
import { ClusterError } from '../cluster/cluster-error.ts'
import type { Kind } from '../objects/kind.ts'
import type { KubeObject } from '../objects/metadata.ts'
import { between } from '../../lib/jitter.ts'
import type { ApiClient } from './api-client.ts'
import { callOn, type ApiObserver, type WatchEnd } from './api-call.ts'
import { readLines } from './bounded-text.ts'
import { explainFailure, isCut, isSilence } from './explain-failure.ts'
import { readWatchLine } from './read-objects.ts'
import { collectionPath, withQuery } from './resource-path.ts'

export interface WatchContext {
  readonly client: ApiClient
  readonly observer: ApiObserver
  /** In bytes: most for one change. */
  readonly maxLine: number
}

/** In seconds: when the API server ends a watch. Scattered, so that watches do not all begin anew at once. */
const LIFETIME = [300, 600] as const

/** The changes of one watch, from its request to its end. */
export async function* watchObjects<T extends KubeObject>(
  { client, observer, maxLine }: WatchContext,
  kind: Kind<T>,
  { namespace, labelSelector, fieldSelector }: Selection,
  { resourceVersion, signal }: WatchRequest,
): AsyncGenerator<WatchEvent<T>> {
  const call = callOn('watch', kind, { namespace })
  const path = withQuery(collectionPath(kind, namespace), {
    labelSelector,
    fieldSelector,
    watch: true,
    resourceVersion,
    allowWatchBookmarks: true,
    timeoutSeconds: between(...LIFETIME),
  })
  const body = await client.stream({ call, method: 'GET', path, signal }).catch(unless(signal))
  if (body === undefined) return
  // So it is, too, where the consumer leaves its loop.
  let end: WatchEnd = 'stopped'
  try {
    for await (const line of readLines(body, maxLine)) {
      if (signal.aborted) return
      yield readWatchLine(kind, call, line)
    }
    end = 'closed'
  } catch (error) {
    if (signal.aborted) return
    end = endBy(error)
    if (end === 'failed') throw error instanceof ClusterError ? error : explainFailure(call, error)
  } finally {
    observer.watchEnded(call, end)
  }
}

function endBy(error: unknown): WatchEnd {
  if (isSilence(error)) return 'silent'
  return isCut(error) ? 'closed' : 'failed'
}

/** Passes an error on, unless the signal has been given. */
function unless(signal: AbortSignal): (error: unknown) => undefined {
  return (error) => {
    if (!signal.aborted) throw error
  }
}
