import { KubeConfig } from '@kubernetes/client-node'

/**
 * How to reach the cluster, as kubectl finds it: the variable KUBECONFIG, else the file in the home, else the
 * service account of the pod.
 */
export function loadKubeConfig(): KubeConfig {
  const config = new KubeConfig()
  config.loadFromDefault()
  return config
}
