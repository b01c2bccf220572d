import { request, type Dispatcher } from 'undici'
import { between } from '../../lib/jitter.ts'
import { isClusterError } from '../cluster/cluster-error.ts'
import type { Cluster } from '../cluster/cluster.ts'
import { keyOf, uidOf } from '../objects/metadata.ts'
import type { Pod } from '../objects/workloads.ts'
import type { SnapshotAnswer } from './observation.ts'
import { parseSnapshot } from './parse-snapshot.ts'
import { describeFailure, REQUEST_TIMEOUT } from './pod-requests.ts'
import { adminPort, adminUrl } from './server-container.ts'

const PATH = '/snapshot'

/** In ms. The way through the API server costs more, and may be needed for a moment only. */
const DETOUR = 60_000

/** In ms. The API server has its own time to reach a pod. */
const PROXY_TIMEOUT = 2 * REQUEST_TIMEOUT

export interface PodReaderOptions {
  readonly dispatcher: Dispatcher
  /** Asked for pods that cannot be reached at their address; undefined if that is not wanted. */
  readonly proxy: Pick<Cluster, 'readPod'> | undefined
}

/**
 * Asks pods for their snapshots: at their address, and where that is refused or times out through the API server.
 * It remembers for a while which pods need that, so that not each poll waits for both.
 */
export class PodReader {
  readonly #options: PodReaderOptions
  /** Until when a pod is asked through the API server first, by uid. */
  readonly #detours = new Map<string, number>()

  constructor(options: PodReaderOptions) {
    this.#options = options
  }

  async read(pod: Pod): Promise<SnapshotAnswer> {
    const detour = this.#hasDetour(pod) ? await this.#askApiServer(pod) : undefined
    if (detour?.isSnapshot === true) return detour
    this.#detours.delete(uidOf(pod))

    const direct = await this.#askPod(pod)
    if (direct.isSnapshot || direct.silence.reason === 'error') return direct
    const proxied = detour ?? (await this.#askApiServer(pod))
    if (proxied === undefined) return direct
    if (proxied.isSnapshot) {
      this.#rememberDetour(pod)
      return proxied
    }
    const detail = `${direct.silence.detail}; ${proxied.silence.detail}`
    return { isSnapshot: false, silence: { reason: direct.silence.reason, detail } }
  }

  async #askPod(pod: Pod): Promise<SnapshotAnswer> {
    const url = adminUrl(pod, PATH)
    if (url === undefined) return silent('refused', 'the pod has no address yet')
    try {
      const { statusCode, body } = await request(url, {
        dispatcher: this.#options.dispatcher,
        signal: AbortSignal.timeout(REQUEST_TIMEOUT),
      })
      const text = await body.text()
      if (statusCode === 200) return parseSnapshot(text, url.host)
      // A mesh answers so in the place of a pod that the controller may not reach.
      const reason = statusCode === 401 || statusCode === 403 ? 'refused' : 'error'
      return silent(reason, `${url.host} answers with status ${statusCode}`)
    } catch (error) {
      return { isSnapshot: false, silence: describeFailure(error, url.host) }
    }
  }

  async #askApiServer(pod: Pod): Promise<SnapshotAnswer | undefined> {
    const { proxy } = this.#options
    if (proxy === undefined) return undefined
    try {
      const signal = AbortSignal.timeout(PROXY_TIMEOUT)
      const text = await proxy.readPod(keyOf(pod), { port: adminPort(pod), path: PATH, signal })
      return parseSnapshot(text, 'the pod, asked through the API server,')
    } catch (error) {
      if (isClusterError(error, 'forbidden')) {
        return silent('refused', 'the API server does not let the controller get pods/proxy')
      }
      const message = error instanceof Error ? error.message : String(error)
      return silent('error', `through the API server: ${message}`)
    }
  }

  #hasDetour(pod: Pod): boolean {
    return (this.#detours.get(uidOf(pod)) ?? 0) > performance.now()
  }

  #rememberDetour(pod: Pod): void {
    const now = performance.now()
    // Pods that are gone leave their entries behind.
    for (const [uid, until] of this.#detours) if (until < now) this.#detours.delete(uid)
    this.#detours.set(uidOf(pod), now + between(0.8 * DETOUR, 1.2 * DETOUR))
  }
}

function silent(reason: 'refused' | 'error', detail: string): SnapshotAnswer {
  return { isSnapshot: false, silence: { reason, detail } }
}
