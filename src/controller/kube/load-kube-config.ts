import { KubeConfig } from '@kubernetes/client-node'

/** What the library assumes where it finds nothing: an API server without TLS, as there has been none for years. */
const NOTHING_FOUND = 'http://localhost:8080'

/**
 * How to reach the cluster, as kubectl finds it: the variable KUBECONFIG, else the file in the home, else the
 * service account of the pod. Throws with a sentence for operators.
 */
export function loadKubeConfig(): KubeConfig {
  const config = new KubeConfig()
  try {
    config.loadFromDefault()
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`expected a kubeconfig, which KUBECONFIG names: ${message}`, { cause })
  }
  if (config.getCurrentCluster()?.server !== NOTHING_FOUND) return config
  throw new Error(
    'expected a cluster: name a kubeconfig in KUBECONFIG, or run in a pod with a service account',
  )
}
