import type { PodMonitor } from '../chart/kube-objects.ts'
import type { ScrapeConfig } from '../support/prometheus.ts'

/** Begins the name of each label by which Prometheus knows something of a pod. */
const META = '__meta_kubernetes_'

/**
 * Finds and labels pods as Prometheus's operator does for a PodMonitor. It reads them through a proxy to the API
 * server, since this machine may have no route to pods.
 */
export function scrapeConfigOf(
  { metadata: { name, namespace }, spec }: PodMonitor,
  proxyUrl: string,
): ScrapeConfig {
  const [{ port, path }] = spec.podMetricsEndpoints
  const label = Object.entries(spec.selector.matchLabels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
  const podPath = `/api/v1/namespaces/$1/pods/$2:$3/proxy${path}`
  return {
    job_name: name,
    kubernetes_sd_configs: [
      {
        role: 'pod',
        api_server: proxyUrl,
        namespaces: { names: [namespace] },
        selectors: [{ role: 'pod', label }],
      },
    ],
    relabel_configs: [
      { source_labels: [`${META}pod_container_port_name`], regex: port, action: 'keep' },
      { source_labels: [`${META}pod_phase`], regex: '(Failed|Succeeded)', action: 'drop' },
      copy(`${META}namespace`, 'namespace'),
      copy(`${META}pod_name`, 'pod'),
      copy(`${META}pod_container_name`, 'container'),
      copy('__address__', 'instance'),
      {
        source_labels: ['namespace', 'pod', `${META}pod_container_port_number`],
        separator: ';',
        regex: '(.+);(.+);(.+)',
        target_label: '__metrics_path__',
        replacement: podPath,
      },
      { target_label: '__address__', replacement: new URL(proxyUrl).host },
    ],
  }
}

function copy(source: string, target: string) {
  return { source_labels: [source], target_label: target }
}
