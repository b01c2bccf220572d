import { Resolver } from 'node:dns/promises'
import { request } from 'node:https'
import { API_SERVICE, DNS, ETCD_METRICS_PORT } from '../addresses.ts'
import { expectRunning } from '../machine/processes.ts'
import { NODE_NAME } from './identities.ts'
import { ctr, kubectl } from './clients.ts'

/** A check for each daemon, which throws until the daemon is ready. */
export const READY = {
  etcd: async () => expectHealthy(ETCD_METRICS_PORT, '/health'),
  'kube-apiserver': async () => kubectl('get', '--raw', '/readyz'),
  'kube-controller-manager': async () => {
    await expectHealthyTls(10_257)
    // The controllers create it in every namespace, and pods need it.
    await kubectl('get', 'serviceaccount', 'default', '--namespace', 'default')
  },
  'kube-scheduler': async () => expectHealthyTls(10_259),
  containerd: async () => ctr('version'),
  kubelet: async () => {
    await expectHealthy(10_248)
    await kubectl('wait', '--for=condition=Ready', `node/${NODE_NAME}`, '--timeout=1s')
  },
  'kube-proxy': async () => expectHealthy(10_256),
  coredns: async () => expectDns(),
} as const satisfies Record<string, () => Promise<unknown>>

/** Throws unless every daemon runs and is ready. */
export async function expectAllRunning(): Promise<void> {
  for (const [name, isReady] of Object.entries(READY)) await expectRunning(name, isReady)
}

/** Asks a component on this machine that has a self-signed certificate. */
async function expectHealthyTls(port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>()
  const options = { host: '127.0.0.1', port, path: '/healthz', rejectUnauthorized: false }
  request(options, (response) => {
    response.resume()
    resolve(response.statusCode)
  })
    .on('error', reject)
    .end()
  expectOk(port, await promise)
}

async function expectHealthy(port: number, path = '/healthz'): Promise<void> {
  const { status } = await fetch(`http://127.0.0.1:${port}${path}`)
  expectOk(port, status)
}

async function expectDns(): Promise<void> {
  const resolver = new Resolver({ timeout: 1_000, tries: 1 })
  resolver.setServers([DNS])
  const [address] = await resolver.resolve4('kubernetes.default.svc.cluster.local')
  if (address !== API_SERVICE)
    throw new Error(`expected the address ${API_SERVICE}, got ${address}`)
}

function expectOk(port: number, status: number | undefined): void {
  if (status !== 200) throw new Error(`expected status 200 at port ${port}, got ${status}`)
}
