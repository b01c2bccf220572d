import { idOf } from '../../rig/release/container-processes.ts'
import { readProcesses } from '../../rig/servers/process-usage.ts'
import { PodProcesses } from './pod-processes.ts'
import { readServer } from './metrics-reader.ts'
import type { FleetSample, ServerSample } from './target.ts'

/** Where the pods of a fleet are asked, through the API server. */
export interface FleetPlace {
  /** The base of the API server's paths. */
  readonly apiUrl: string
  readonly namespace: string
  /** The name of the Deployment. */
  readonly deployment: string
  /** The labels of its pods. */
  readonly selector: string
  /** Of the admin listener; undefined for pods that tell nothing of themselves. */
  readonly metricsPort: number | undefined
}

/** In ms. A pod that has not answered by then, as one that ends, has no sample of this second. */
const PATIENCE = 900

/** Reads what a fleet is told to have, and the state of each of its pods. */
export class ClusterFleet {
  readonly #place: FleetPlace
  readonly #processes = new PodProcesses()

  constructor(place: FleetPlace) {
    this.#place = place
  }

  async read(): Promise<FleetSample> {
    const { namespace, deployment } = this.#place
    const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}`
    const [servers, found] = await Promise.all([this.#readPods(), this.#get<Deployment>(path)])
    return { servers, replicas: found?.spec.replicas }
  }

  async #readPods(): Promise<readonly ServerSample[]> {
    const { namespace, selector } = this.#place
    const query = new URLSearchParams({ labelSelector: selector }).toString()
    const list = await this.#get<PodList>(`/api/v1/namespaces/${namespace}/pods?${query}`)
    const pods = (list?.items ?? []).filter(isReady)
    const processes = await this.#processes.find(pods.map(containerOf).filter((id) => id !== ''))
    return Promise.all(
      pods.map(async (pod) => this.#readPod(pod, processes.get(containerOf(pod)) ?? [])),
    )
  }

  /** What it says of itself, and what the kernel says of its processes, where they are on this machine. */
  async #readPod({ metadata: { name } }: Pod, pids: readonly number[]): Promise<ServerSample> {
    const { apiUrl, namespace, metricsPort } = this.#place
    const url = `${apiUrl}/api/v1/namespaces/${namespace}/pods/${name}:${metricsPort}/proxy/metrics`
    const said = metricsPort === undefined ? undefined : await inTime(readServer(name, url))
    return { ...(said ?? unknown(name)), ...readProcesses(pids) }
  }

  /** Undefined without an answer in time. */
  async #get<T>(path: string): Promise<T | undefined> {
    try {
      const signal = AbortSignal.timeout(PATIENCE)
      const response = await fetch(`${this.#place.apiUrl}${path}`, { signal })
      return response.ok ? ((await response.json()) as T) : undefined
    } catch {
      return undefined
    }
  }
}

/** A pod that serves, and of which nothing else is known. */
function unknown(name: string): ServerSample {
  const nothing = { streams: undefined, cpu: undefined, rss: undefined, heap: undefined }
  return { name, ...nothing, gc: undefined, loopDelay: undefined, descriptors: undefined }
}

interface Deployment {
  readonly spec: { readonly replicas?: number }
}

interface PodList {
  readonly items: readonly Pod[]
}

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string }
  readonly status: {
    readonly containerStatuses?: readonly { readonly containerID?: string }[]
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }
}

/** Its id; empty before it is created. */
function containerOf({ status }: Pod): string {
  return idOf(status.containerStatuses?.[0]?.containerID ?? '')
}

/** One that leaves is not ready, whatever it still says. */
function isReady({ metadata, status: { conditions = [] } }: Pod): boolean {
  const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
  return ready && metadata.deletionTimestamp === undefined
}

/** Undefined without an answer in time. */
async function inTime<T>(answer: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, PATIENCE, undefined)
  try {
    return await Promise.race([answer, promise])
  } finally {
    clearTimeout(timer)
  }
}
