import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cluster } from '@kubernetes/client-node'
import { loadKubeConfig } from '../../../src/controller/kube/load-kube-config.ts'
import { HELMS } from '../../../rig/release/helm.ts'
import type { Rule } from '../../chart/kube-objects.ts'
import { render } from '../../chart/render.ts'
import { kubectl, kubectlWith } from '../../../rig/release/kubectl.ts'

/** The objects that the chart renders empty and the controller fills. */
export const LEASE = 'runnel-controller'
export const ADMIN_SECRET = 'runnel-admin'

/** A right that is taken away, such as `patch configmaps`. */
export type MissingRight = `${string} ${string}`

export interface AccountOptions {
  readonly namespace: string
  readonly name: string
  readonly without?: readonly MissingRight[]
  /** Where the API server is reached, instead of at its own address. */
  readonly server?: string
}

let shippedRules: Promise<readonly Rule[]> | undefined

/** The rules of the Role that the chart gives to a controller which finds out by itself what scales. */
async function renderRules(): Promise<readonly Rule[]> {
  const values = { 'redis.url': 'redis://redis', 'streamCapacity.scaling.provider': 'Auto' }
  shippedRules ??= render(HELMS[0]!, values).then((chart) => chart.one('Role').rules)
  return shippedRules
}

/** A service account with the rights of the chart's Role, and a kubeconfig for it. */
export class ControllerAccount implements AsyncDisposable {
  readonly namespace: string
  readonly name: string
  /** On the clock of `Date.now`: an earlier run may have had an account of the same name. */
  readonly createdAt = Date.now()
  readonly #folder: string

  private constructor({ namespace, name }: AccountOptions, folder: string) {
    this.namespace = namespace
    this.name = name
    this.#folder = folder
  }

  static async create(options: AccountOptions): Promise<ControllerAccount> {
    const { namespace, name, without = [] } = options
    const folder = await mkdtemp(join(tmpdir(), 'runnel-account-'))
    const account = new ControllerAccount(options, folder)
    await kubectlWith(JSON.stringify(serviceAccount(namespace, name)), 'apply')
    await account.limit(without)
    const create = ['create', 'token', name, '--namespace', namespace, '--duration=1h'] as const
    const config = kubeconfig(await kubectl(...create), namespace, options.server)
    await writeFile(account.kubeconfig, JSON.stringify(config))
    return account
  }

  /** The path of its kubeconfig. */
  get kubeconfig(): string {
    return join(this.#folder, 'kubeconfig')
  }

  /** Gives it all rights of the chart's Role but these. They are in force at once, or nearly so. */
  async limit(without: readonly MissingRight[]): Promise<void> {
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name: this.name, namespace: this.namespace },
      rules: (await renderRules()).flatMap((rule) => limitRule(rule, without)),
    }
    await kubectlWith(JSON.stringify(role), 'apply', '--server-side', '--force-conflicts')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true })
  }
}

function limitRule(rule: Rule, without: readonly MissingRight[]): readonly Rule[] {
  const verbs = rule.verbs.filter((verb) =>
    rule.resources.every((resource) => !without.includes(`${verb} ${resource}`)),
  )
  return verbs.length === 0 ? [] : [{ ...rule, verbs }]
}

function serviceAccount(namespace: string, name: string): object {
  const metadata = { name, namespace }
  const binding = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  }
  const items = [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata }, binding]
  return { apiVersion: 'v1', kind: 'List', items }
}

/** The URL of the API server under test. */
export function apiServer(): string {
  return currentCluster().server
}

function currentCluster(): Cluster {
  const current = loadKubeConfig().getCurrentCluster()
  if (current === null) throw new Error('expected a cluster in the kubeconfig')
  return current
}

function kubeconfig(token: string, namespace: string, server = apiServer()): object {
  const cluster = clusterAt(server, currentCluster())
  const name = 'controller'
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
    'current-context': name,
  }
}

function clusterAt(server: string, { caFile, caData }: Cluster): object {
  // A kubeconfig must say that nothing is verified there.
  if (server.startsWith('http:')) return { server, 'insecure-skip-tls-verify': true }
  return {
    server,
    // In the certificate of every API server, whatever the address at which it is reached.
    'tls-server-name': 'kubernetes.default.svc',
    ...(caFile === undefined
      ? { 'certificate-authority-data': caData }
      : { 'certificate-authority': caFile }),
  }
}
