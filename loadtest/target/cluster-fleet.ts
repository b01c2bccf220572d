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

/** What the fleet is told to have, and what each of its pods says of itself. */
export async function readFleet(place: FleetPlace): Promise<FleetSample> {
  const { namespace, deployment } = place
  const [servers, found] = await Promise.all([
    readServers(place),
    get<Deployment>(place, `/apis/apps/v1/namespaces/${namespace}/deployments/${deployment}`),
  ])
  return { servers, replicas: found?.spec.replicas }
}

async function readServers(place: FleetPlace): Promise<readonly ServerSample[]> {
  const { namespace, selector, apiUrl, metricsPort } = place
  const pods = `/api/v1/namespaces/${namespace}/pods`
  const list = await get<PodList>(place, `${pods}?labelSelector=${encodeURIComponent(selector)}`)
  const names = (list?.items ?? []).filter(isReady).map(({ metadata }) => metadata.name)
  const samples = names.map(async (name) => {
    if (metricsPort === undefined) return silent(name)
    const url = `${apiUrl}${pods}/${name}:${metricsPort}/proxy/metrics`
    return (await inTime(readServer(name, url))) ?? silent(name)
  })
  return Promise.all(samples)
}

/** A pod that serves, and of which nothing else is known. */
function silent(name: string): ServerSample {
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
    readonly conditions?: readonly { readonly type: string; readonly status: string }[]
  }
}

/** One that leaves is not ready, whatever it still says. */
function isReady({ metadata, status: { conditions = [] } }: Pod): boolean {
  const ready = conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
  return ready && metadata.deletionTimestamp === undefined
}

/** Undefined without an answer in time. */
async function get<T>({ apiUrl }: FleetPlace, path: string): Promise<T | undefined> {
  try {
    const response = await fetch(`${apiUrl}${path}`, { signal: AbortSignal.timeout(PATIENCE) })
    return response.ok ? ((await response.json()) as T) : undefined
  } catch {
    return undefined
  }
}

async function inTime<T>(answer: Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(resolve, PATIENCE, undefined)
  try {
    return await Promise.race([answer, promise])
  } finally {
    clearTimeout(timer)
  }
}
