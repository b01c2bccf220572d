import { homedir } from 'node:os'
import { join } from 'node:path'

/** Builds that later runs reuse: binaries, images, and layers of images. */
export const CACHE = resolveCache()
export const BIN = join(CACHE, 'bin')

/**
 * The files of a running cluster. The folder is one for the whole machine, as the cluster's links, routes and
 * ports are, so that any checkout finds and ends a cluster that another one started.
 */
export const STATE = '/var/lib/runnel-cluster'

/** The audit log of the API server: one JSON object a line for each request of a pod. */
export const AUDIT_LOG = join(STATE, 'audit.jsonl')

/** The certificates and keys of all its components. */
export const CERTIFICATES = join(STATE, 'pki')

export const RIG = import.meta.dirname
export const PROJECT = join(RIG, '..')

/** With the rights of a cluster admin. */
export const KUBECONFIG = join(STATE, 'admin.conf')

function resolveCache(): string {
  const { CLUSTER_CACHE: chosen, XDG_CACHE_HOME: caches } = process.env
  return chosen ?? join(caches ?? join(homedir(), '.cache'), 'runnel-cluster')
}
