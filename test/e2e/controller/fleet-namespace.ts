import { fileURLToPath } from 'node:url'
import type { StreamCapacityStatus } from '../../../src/schema/stream-capacity.ts'
import { eventually } from '../../support/eventually.ts'
import { createNamespace, deleteNamespace, kubectl } from '../../../rig/release/kubectl.ts'
import { ApiAccess, type ApiObject } from './api-access.ts'
import { spawnControl, type ControlOptions, type ControlProcess } from './control-process.ts'
import {
  ADMIN_SECRET,
  ControllerAccount,
  LEASE,
  type AccountOptions,
} from './controller-account.ts'
import { FakeKubelet } from './fake-kubelet.ts'

const CRD_FOLDER = fileURLToPath(new URL('../../../charts/runnel/crds', import.meta.url))

export interface StoredFleet extends ApiObject {
  readonly spec: object
  readonly status?: StreamCapacityStatus
}

/** What `kubectl describe` shows of an event. */
export interface StoredEvent {
  readonly type: string
  readonly reason: string
  readonly note: string
  readonly regarding: { readonly name: string }
}

/** A namespace for controllers that run as processes of this machine. Disposal ends them and removes it. */
export class FleetNamespace implements AsyncDisposable {
  readonly name: string
  readonly api: ApiAccess
  readonly kubelet: FakeKubelet
  readonly #cleanUp: AsyncDisposableStack

  private constructor(
    name: string,
    parts: { readonly api: ApiAccess; readonly kubelet: FakeKubelet },
    cleanUp: AsyncDisposableStack,
  ) {
    this.name = name
    this.api = parts.api
    this.kubelet = parts.kubelet
    this.#cleanUp = cleanUp
  }

  static async open(name: string): Promise<FleetNamespace> {
    await using cleanUp = new AsyncDisposableStack()
    await applyCrd()
    cleanUp.defer(async () => deleteNamespace(name))
    await createNamespace(name)
    const api = cleanUp.use(await ApiAccess.open())
    const kubelet = cleanUp.use(await FakeKubelet.start(api, name))
    const leases = `/apis/coordination.k8s.io/v1/namespaces/${name}/leases`
    await api.create(leases, { metadata: { name: LEASE } })
    const secrets = `/api/v1/namespaces/${name}/secrets`
    await api.create(secrets, { metadata: { name: ADMIN_SECRET } })
    return new FleetNamespace(name, { api, kubelet }, cleanUp.move())
  }

  async account(options: Omit<AccountOptions, 'namespace'>): Promise<ControllerAccount> {
    return this.#cleanUp.use(await ControllerAccount.create({ ...options, namespace: this.name }))
  }

  async control(
    account: ControllerAccount,
    options: Partial<Omit<ControlOptions, 'namespace'>> = {},
  ): Promise<ControlProcess> {
    const { kubeconfig } = account
    const base = [`--lease=${LEASE}`, `--admin-token-secret=${ADMIN_SECRET}`]
    const flags = [...base, ...(options.flags ?? [])]
    return this.#cleanUp.use(
      await spawnControl({ kubeconfig, ...options, namespace: this.name, flags }),
    )
  }

  /** A Deployment whose pods the fake kubelet starts. */
  async createDeployment(name: string, replicas: number): Promise<void> {
    await this.api.create(this.path('deployments'), {
      metadata: { name },
      spec: {
        replicas,
        selector: { matchLabels: { app: name } },
        template: this.kubelet.template(name),
      },
    })
  }

  /** A StreamCapacity for the Deployment of its name, unless the spec says otherwise. */
  async createFleet(name: string, spec: object): Promise<StoredFleet> {
    return this.api.create<StoredFleet>(this.path('streamcapacities'), {
      apiVersion: 'runnel.dev/v1alpha1',
      kind: 'StreamCapacity',
      metadata: { name },
      spec: { targetRef: { name }, ...spec },
    })
  }

  async fleet(name: string): Promise<StoredFleet> {
    return this.api.get<StoredFleet>(this.path('streamcapacities', name))
  }

  /** Resolves when a condition of a fleet has a reason, to its message. */
  async reason(name: string, type: string, reason: string): Promise<string> {
    return eventually(async () => {
      const { conditions = [] } = (await this.fleet(name)).status ?? {}
      const found = conditions.find((condition) => condition.type === type)
      if (found?.reason === reason) return found.message
      throw new Error(`expected ${type} of ${name} to be ${reason}: ${JSON.stringify(conditions)}`)
    })
  }

  /** Resolves when there is an event about a fleet, to what it says. */
  async event(name: string, reason: string): Promise<string> {
    return eventually(async () => {
      const events = await this.api.list<StoredEvent>(this.path('events'))
      const found = events.find((event) => event.regarding.name === name && event.reason === reason)
      if (found !== undefined) return found.note
      throw new Error(`expected an event ${reason} of ${name}`)
    })
  }

  path(resource: keyof typeof GROUPS, name?: string): string {
    const collection = `${GROUPS[resource]}/namespaces/${this.name}/${resource}`
    return name === undefined ? collection : `${collection}/${name}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cleanUp.disposeAsync()
  }
}

const GROUPS = {
  pods: '/api/v1',
  configmaps: '/api/v1',
  secrets: '/api/v1',
  deployments: '/apis/apps/v1',
  leases: '/apis/coordination.k8s.io/v1',
  events: '/apis/events.k8s.io/v1',
  poddisruptionbudgets: '/apis/policy/v1',
  horizontalpodautoscalers: '/apis/autoscaling/v2',
  streamcapacities: '/apis/runnel.dev/v1alpha1',
} as const

/** As the chart installs it. It stays, as it does after an uninstall. */
async function applyCrd(): Promise<void> {
  await kubectl('apply', '--server-side', '--force-conflicts', `--filename=${CRD_FOLDER}`)
  const crd = ['crd', 'streamcapacities.runnel.dev']
  await kubectl('wait', '--for=condition=Established', ...crd, '--timeout=1m')
}
