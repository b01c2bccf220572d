import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { API_PORT, API_SERVICE, NODE } from '../addresses.ts'
import { KUBECONFIG, STATE } from '../paths.ts'
import {
  createAuthority,
  createCertificate,
  createTokenKeys,
  type Identity,
} from './certificates.ts'

export const NODE_NAME = 'runnel'

/** The certificates and keys of all components, and a kubeconfig for each client of the API. */
export interface Identities {
  readonly authority: Identity
  /** A separate authority, so that no other certificate of the cluster is accepted by etcd. */
  readonly etcdAuthority: Identity
  readonly etcd: Identity
  /** The separate authority by which APIServices recognize the aggregation layer. */
  readonly frontAuthority: Identity
  readonly front: Identity
  readonly apiServer: Identity
  /** The API server as a client of kubelet. */
  readonly kubeletClient: Identity
  readonly kubelet: Identity
  readonly tokens: { readonly private: string; readonly public: string }
  readonly kubeconfigs: {
    readonly admin: string
    readonly kubelet: string
    readonly controllerManager: string
    readonly scheduler: string
    readonly proxy: string
  }
}

const API_NAMES = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
].map((name) => `DNS:${name}`)

export async function createIdentities(): Promise<Identities> {
  const authority = await createAuthority('cluster')
  const frontAuthority = await createAuthority('front')
  const etcdAuthority = await createAuthority('etcd-authority')
  const issue = async (name: string, subject: string, alternatives?: readonly string[]) =>
    createCertificate({ name, subject, ...(alternatives && { alternatives }) }, authority)
  const addresses = [NODE, API_SERVICE, '127.0.0.1'].map((address) => `IP:${address}`)
  const admin = await issue('admin', '/O=system:masters/CN=admin')
  const kubelet = await issue('kubelet', `/O=system:nodes/CN=system:node:${NODE_NAME}`, [
    `DNS:${NODE_NAME}`,
    `IP:${NODE}`,
  ])
  const component = async (name: string) =>
    writeKubeconfig(join(STATE, `${name}.conf`), await issue(name, `/CN=system:${name}`), authority)
  const frontRequest = { name: 'front-proxy-client', subject: '/CN=front-proxy-client' }
  const etcdRequest = { name: 'etcd', subject: '/CN=etcd', alternatives: ['IP:127.0.0.1'] }
  return {
    authority,
    etcdAuthority,
    etcd: await createCertificate(etcdRequest, etcdAuthority),
    frontAuthority,
    front: await createCertificate(frontRequest, frontAuthority),
    apiServer: await issue('kube-apiserver', '/CN=kube-apiserver', [...API_NAMES, ...addresses]),
    kubeletClient: await issue('kubelet-client', '/O=system:masters/CN=kubelet-client'),
    kubelet,
    tokens: await createTokenKeys(),
    kubeconfigs: {
      admin: await writeKubeconfig(KUBECONFIG, admin, authority),
      kubelet: await writeKubeconfig(join(STATE, 'kubelet.conf'), kubelet, authority),
      controllerManager: await component('kube-controller-manager'),
      scheduler: await component('kube-scheduler'),
      proxy: await component('kube-proxy'),
    },
  }
}

async function writeKubeconfig(path: string, user: Identity, authority: Identity): Promise<string> {
  const cluster = {
    server: `https://${NODE}:${API_PORT}`,
    'certificate-authority': authority.certificate,
  }
  const credentials = { 'client-certificate': user.certificate, 'client-key': user.key }
  const name = 'runnel-cluster'
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user: credentials }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  }
  await writeFile(path, JSON.stringify(config, undefined, 2), { mode: 0o600 })
  return path
}
