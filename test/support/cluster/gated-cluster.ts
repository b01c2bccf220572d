import type { Cluster } from '../../../src/controller/cluster/cluster.ts'
import type { Verb } from './requests.ts'

export interface Stop {
  /** Resolves when the client has asked, and waits for the answer. */
  readonly stopped: Promise<void>
  readonly resume: () => void
}

/** One client of a cluster, which can be stopped as its process could be. */
export interface GatedCluster {
  readonly cluster: Cluster
  /**
   * Stops the client once it asks this of a kind: the request is carried out, and neither its answer comes nor does
   * the client send anything more until it resumes.
   */
  stopAt(verb: Verb, kind: string): Stop
  /** What the client has asked for since it resumed. */
  readonly asked: readonly Verb[]
}

export function gateCluster(cluster: Cluster): GatedCluster {
  let gate = Promise.resolve()
  let asked: Verb[] = []
  let stop: { readonly verb: Verb; readonly kind: string; readonly begin: () => void } | undefined
  const pass = async <T>(verb: Verb, kind: string, send: () => Promise<T>): Promise<T> => {
    await gate
    asked.push(verb)
    if (stop?.verb !== verb || stop.kind !== kind) return send()
    stop.begin()
    stop = undefined
    const answer = await send()
    await gate
    return answer
  }
  return {
    stopAt: (verb, kind) => {
      const stopped = Promise.withResolvers<void>()
      const resumed = Promise.withResolvers<void>()
      const begin = () => {
        gate = resumed.promise
        stopped.resolve()
      }
      stop = { verb, kind, begin }
      const resume = () => {
        asked = []
        resumed.resolve()
      }
      return { stopped: stopped.promise, resume }
    },
    get asked() {
      return asked
    },
    cluster: gatedBy(cluster, pass, () => gate),
  }
}

function gatedBy(
  cluster: Cluster,
  pass: <T>(verb: Verb, kind: string, send: () => Promise<T>) => Promise<T>,
  gate: () => Promise<void>,
): Cluster {
  return {
    get: async (kind, key) => pass('get', kind.kind, async () => cluster.get(kind, key)),
    list: async (kind, selection, page) =>
      pass('list', kind.kind, async () => cluster.list(kind, selection, page)),
    async *watch(kind, selection, request) {
      for await (const event of cluster.watch(kind, selection, request)) {
        await gate()
        yield event
      }
    },
    create: async (kind, manifest) =>
      pass('create', kind.kind, async () => cluster.create(kind, manifest)),
    replace: async (kind, manifest) =>
      pass('replace', kind.kind, async () => cluster.replace(kind, manifest)),
    apply: async (kind, manifest, options) =>
      pass('apply', kind.kind, async () => cluster.apply(kind, manifest, options)),
    scale: async (key, replicas) =>
      pass('scale', 'Deployment', async () => cluster.scale(key, replicas)),
    delete: async (kind, key, options) =>
      pass('delete', kind.kind, async () => cluster.delete(kind, key, options)),
    serves: async (kind) => pass('serves', kind.plural, async () => cluster.serves(kind)),
    readPod: async (pod, request) =>
      pass('readPod', 'Pod', async () => cluster.readPod(pod, request)),
  }
}
