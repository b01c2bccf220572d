import { homedir } from 'node:os'
import { join } from 'node:path'

/** What is built once and kept: binaries, images, and layers of images. */
export const CACHE = resolveCache()
export const BIN = join(CACHE, 'bin')

/**
 * What a running cluster is made of. One place for the whole machine, since its links, routes and ports
 * are of the whole machine too: so any checkout finds, and ends, what another has left.
 */
export const STATE = '/var/lib/runnel-cluster'

export const HERE = import.meta.dirname
export const PROJECT = join(HERE, '..')

/** Cluster-admin rights. */
export const KUBECONFIG = join(STATE, 'admin.conf')

function resolveCache(): string {
  const { CLUSTER_CACHE: chosen, XDG_CACHE_HOME: caches } = process.env
  return chosen ?? join(caches ?? join(homedir(), '.cache'), 'runnel-cluster')
}
