import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  API_PORT,
  ETCD_METRICS_PORT,
  ETCD_PEER_PORT,
  ETCD_URL,
  NODE,
  SERVICES,
} from '../addresses.ts'
import { BIN, STATE } from '../paths.ts'
import { startDaemon } from '../machine/processes.ts'
import { auditFlags } from './audit.ts'
import { READY } from './health.ts'
import type { Identities } from './identities.ts'

const ETCD_PEER = `https://127.0.0.1:${ETCD_PEER_PORT}`

/** Starts etcd, the API server, the controllers and the scheduler. */
export async function startControlPlane(identities: Identities): Promise<void> {
  await startEtcd(identities)
  await startApiServer(identities)
  await startControllers(identities)
  await startScheduler(identities)
}

async function startEtcd({ etcd, etcdAuthority }: Identities): Promise<void> {
  const folder = join(STATE, 'etcd')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  // Write access to etcd is control of the cluster, and through it of this machine.
  const proofs = {
    'client-cert-auth': 'true',
    'trusted-ca-file': etcdAuthority.certificate,
    'cert-file': etcd.certificate,
    'key-file': etcd.key,
  }
  const peerProofs = Object.fromEntries(
    Object.entries(proofs).map(([name, value]) => [`peer-${name}`, value]),
  )
  await startComponent('etcd', {
    name: 'runnel',
    'data-dir': folder,
    'listen-client-urls': ETCD_URL,
    'advertise-client-urls': ETCD_URL,
    'listen-peer-urls': ETCD_PEER,
    'initial-advertise-peer-urls': ETCD_PEER,
    'initial-cluster': `runnel=${ETCD_PEER}`,
    // Serves only health and metrics, without a certificate.
    'listen-metrics-urls': `http://127.0.0.1:${ETCD_METRICS_PORT}`,
    'log-level': 'warn',
    // A cluster that a power cut damages is rebuilt in seconds.
    'unsafe-no-fsync': 'true',
    ...proofs,
    ...peerProofs,
  })
}

async function startApiServer(identities: Identities): Promise<void> {
  const { apiServer, authority, etcd, etcdAuthority, front, frontAuthority } = identities
  const { kubeletClient, tokens } = identities
  const flags = {
    'etcd-servers': ETCD_URL,
    'etcd-cafile': etcdAuthority.certificate,
    'etcd-certfile': etcd.certificate,
    'etcd-keyfile': etcd.key,
    // Other machines must not reach the API server.
    'bind-address': NODE,
    'advertise-address': NODE,
    'secure-port': String(API_PORT),
    'client-ca-file': authority.certificate,
    'tls-cert-file': apiServer.certificate,
    'tls-private-key-file': apiServer.key,
    'service-cluster-ip-range': SERVICES,
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': tokens.public,
    'service-account-signing-key-file': tokens.private,
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'allow-privileged': 'true',
    'requestheader-client-ca-file': frontAuthority.certificate,
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-username-headers': 'X-Remote-User',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'proxy-client-cert-file': front.certificate,
    'proxy-client-key-file': front.key,
    'kubelet-client-certificate': kubeletClient.certificate,
    'kubelet-client-key': kubeletClient.key,
    'kubelet-certificate-authority': authority.certificate,
    'kubelet-preferred-address-types': 'InternalIP',
    ...(await auditFlags()),
  }
  await startComponent('kube-apiserver', flags)
}

async function startControllers({ authority, tokens, kubeconfigs }: Identities): Promise<void> {
  const flags = {
    kubeconfig: kubeconfigs.controllerManager,
    'bind-address': '127.0.0.1',
    'leader-elect': 'false',
    'use-service-account-credentials': 'true',
    'service-account-private-key-file': tokens.private,
    'root-ca-file': authority.certificate,
    'cluster-signing-cert-file': authority.certificate,
    'cluster-signing-key-file': authority.key,
    // The default of 15s would only slow down tests of scaling.
    'horizontal-pod-autoscaler-sync-period': '5s',
  }
  await startComponent('kube-controller-manager', flags)
}

async function startScheduler({ kubeconfigs }: Identities): Promise<void> {
  const flags = {
    kubeconfig: kubeconfigs.scheduler,
    'bind-address': '127.0.0.1',
    'leader-elect': 'false',
  }
  await startComponent('kube-scheduler', flags)
}

async function startComponent(
  name: 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler',
  flags: Readonly<Record<string, string>>,
): Promise<void> {
  const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`)
  await startDaemon({ name, command: [join(BIN, name), ...args], isReady: READY[name] })
}
