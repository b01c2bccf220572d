import type { Cluster } from '../../../src/controller/cluster/cluster.ts'
import type { Verb } from './requests.ts'

/** One client of a cluster, whose requests can be held back as if its process were stopped. */
export interface GatedCluster {
  readonly cluster: Cluster
  /** Holds back all that the client asks for from now on, until the returned function is called. */
  hold(): () => void
  /** Requests that are held back. */
  readonly held: readonly Verb[]
  /** What the client has asked for since the gate was last opened. */
  readonly passed: readonly Verb[]
}

export function gateCluster(cluster: Cluster): GatedCluster {
  let gate = Promise.resolve()
  let held: Verb[] = []
  let passed: Verb[] = []
  const pass = async (verb: Verb): Promise<void> => {
    held.push(verb)
    await gate
    held = held.filter((each, index) => index !== held.indexOf(verb) || each !== verb)
    passed.push(verb)
  }
  return {
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      gate = promise
      return () => {
        passed = []
        resolve()
      }
    },
    get held() {
      return held
    },
    get passed() {
      return passed
    },
    cluster: {
      get: async (kind, key) => pass('get').then(async () => cluster.get(kind, key)),
      list: async (kind, selection, page) =>
        pass('list').then(async () => cluster.list(kind, selection, page)),
      async *watch(kind, selection, request) {
        for await (const event of cluster.watch(kind, selection, request)) {
          await pass('watch')
          yield event
        }
      },
      create: async (kind, manifest) =>
        pass('create').then(async () => cluster.create(kind, manifest)),
      replace: async (kind, manifest) =>
        pass('replace').then(async () => cluster.replace(kind, manifest)),
      apply: async (kind, manifest, options) =>
        pass('apply').then(async () => cluster.apply(kind, manifest, options)),
      scale: async (key, replicas) => pass('scale').then(async () => cluster.scale(key, replicas)),
      delete: async (kind, key, options) =>
        pass('delete').then(async () => cluster.delete(kind, key, options)),
      serves: async (kind) => pass('serves').then(async () => cluster.serves(kind)),
      readPod: async (pod, request) =>
        pass('readPod').then(async () => cluster.readPod(pod, request)),
    },
  }
}
