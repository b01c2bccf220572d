/**
 * The network of the local cluster: the upper half of 198.18.0.0/15, which RFC 2544 reserves for tests between
 * hosts, so that it shadows no real network.
 */
export const NETWORK = '198.19.0.0/16'
export const NODE = '198.19.0.1'
export const DNS = '198.19.0.10'
export const SERVICES = '198.19.32.0/20'
/** The first address of SERVICES, which Kubernetes gives to its own API. */
export const API_SERVICE = '198.19.32.1'
export const PODS = '198.19.64.0/20'

export const API_PORT = 6443
export const ETCD_PORT = 2379
export const ETCD_PEER_PORT = 2380
export const ETCD_METRICS_PORT = 2381
/** Unprivileged, since the ingress controller runs without any capability. */
export const INGRESS_HTTP_PORT = 8081
export const INGRESS_HTTPS_PORT = 8444

/**
 * Every port that the cluster needs, with the program that listens on it. Ports at the cluster's own addresses
 * count too, since a program that listens on all addresses occupies them.
 */
export const HOST_PORTS: Readonly<Record<number, string>> = {
  [API_PORT]: 'kube-apiserver',
  [ETCD_PORT]: 'etcd',
  [ETCD_PEER_PORT]: 'etcd',
  [ETCD_METRICS_PORT]: 'etcd',
  [INGRESS_HTTP_PORT]: 'ingress-nginx',
  [INGRESS_HTTPS_PORT]: 'ingress-nginx',
  8_181: 'ingress-nginx',
  10_245: 'ingress-nginx',
  10_246: 'ingress-nginx',
  10_247: 'ingress-nginx',
  10_248: 'kubelet',
  10_249: 'kube-proxy',
  10_250: 'kubelet',
  10_254: 'ingress-nginx',
  10_256: 'kube-proxy',
  10_257: 'kube-controller-manager',
  10_259: 'kube-scheduler',
}

export const INGRESS_URL = `http://127.0.0.1:${INGRESS_HTTP_PORT}`

export const ETCD_URL = `https://127.0.0.1:${ETCD_PORT}`
