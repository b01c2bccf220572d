import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DNS, NODE, PODS } from '../addresses.ts'
import { BIN, STATE } from '../paths.ts'
import { CGROUP } from '../machine/cgroups.ts'
import { startDaemon } from '../machine/processes.ts'
import { RUNTIME_SOCKET } from './clients.ts'
import { READY } from './health.ts'
import { NODE_NAME, type Identities } from './identities.ts'

const DOMAIN = 'cluster.local'

/** Starts the programs that make this machine a node: kubelet, kube-proxy and the cluster's DNS. */
export async function startNodeAgents(identities: Identities): Promise<void> {
  await startKubelet(identities)
  await startProxy(identities)
  await startDns(identities)
}

async function startKubelet({ authority, kubelet, kubeconfigs }: Identities): Promise<void> {
  const folder = join(STATE, 'kubelet')
  await mkdir(folder, { recursive: true })
  const config = await writeConfig('kubelet', {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: NODE,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: authority.certificate },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: kubelet.certificate,
    tlsPrivateKeyFile: kubelet.key,
    containerRuntimeEndpoint: `unix://${RUNTIME_SOCKET}`,
    podLogsDir: join(STATE, 'pods'),
    volumePluginDir: join(STATE, 'volume-plugins'),
    cgroupDriver: 'cgroupfs',
    cgroupRoot: CGROUP,
    // Kubelet refuses hosts with version 1 of cgroups otherwise.
    failCgroupV1: false,
    failSwapOn: false,
    // Nothing needs these rules: kube-proxy has its own.
    makeIPTablesUtilChains: false,
    enforceNodeAllocatable: [],
    evictionHard: { 'memory.available': '100Mi' },
    // An image that is collected could not be pulled again.
    imageGCHighThresholdPercent: 100,
    clusterDNS: [DNS],
    clusterDomain: DOMAIN,
    resolvConf: '/dev/null',
  })
  const flags = [
    `--kubeconfig=${kubeconfigs.kubelet}`,
    `--config=${config}`,
    `--root-dir=${folder}`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${NODE}`,
  ]
  await startDaemon({
    name: 'kubelet',
    command: [join(BIN, 'kubelet'), ...flags],
    isReady: READY.kubelet,
  })
}

async function startProxy({ kubeconfigs }: Identities): Promise<void> {
  const config = await writeConfig('kube-proxy', {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig: kubeconfigs.proxy },
    // Rules in tables of their own are easy to remove with the cluster.
    mode: 'nftables',
    clusterCIDR: PODS,
    hostnameOverride: NODE_NAME,
    healthzBindAddress: '127.0.0.1:10256',
    // Zero leaves the limits of the machine as they are.
    conntrack: {
      maxPerCore: 0,
      min: 0,
      tcpCloseWaitTimeout: '0s',
      tcpEstablishedTimeout: '0s',
    },
  })
  await startDaemon({
    name: 'kube-proxy',
    command: [join(BIN, 'kube-proxy'), `--config=${config}`],
    isReady: READY['kube-proxy'],
  })
}

async function startDns({ kubeconfigs }: Identities): Promise<void> {
  const config = join(STATE, 'Corefile')
  await writeFile(
    config,
    `. {
  bind ${DNS}
  kubernetes ${DOMAIN} {
    kubeconfig ${kubeconfigs.admin}
  }
  cache 5
}
`,
  )
  await startDaemon({
    name: 'coredns',
    command: [join(BIN, 'coredns'), '-conf', config],
    isReady: READY.coredns,
  })
}

/** Writes JSON, which every YAML parser accepts. */
async function writeConfig(name: string, config: object): Promise<string> {
  const path = join(STATE, `${name}.json`)
  await writeFile(path, JSON.stringify(config, undefined, 2))
  return path
}
