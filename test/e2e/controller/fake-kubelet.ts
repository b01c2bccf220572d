import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { restrictedPodSpec } from './pod-spec.ts'
import type { ApiAccess, ApiObject } from './api-access.ts'

interface StoredPod extends ApiObject {
  readonly status: { readonly podIP?: string }
}

/** In ms. */
const LOOK_INTERVAL = 100

/**
 * Starts the pods of a Deployment on paper: each gets an address of this machine and is ready, though no container
 * runs. A scheduling gate keeps the scheduler from them. At the address it answers for the pod how many streams it has.
 */
export class FakeKubelet implements AsyncDisposable {
  readonly #api: ApiAccess
  readonly #namespace: string
  readonly #server: Server
  readonly #closing = new AbortController()
  readonly #names = new Map<string, string>()
  readonly #streams = new Map<string, number>()
  #run: Promise<void> | undefined
  #started = 0
  /** When each pod was last asked for its snapshot, on the clock of `Date.now`. */
  readonly askedAt = new Map<string, number>()

  private constructor(api: ApiAccess, namespace: string) {
    this.#api = api
    this.#namespace = namespace
    this.#server = createServer((request, response) => {
      const pod = this.#names.get(request.socket.localAddress ?? '')
      if (pod === undefined || request.url !== '/snapshot') {
        response.writeHead(404).end()
        return
      }
      this.askedAt.set(pod, Date.now())
      response.end(JSON.stringify(this.#snapshot(pod)))
    })
  }

  static async start(api: ApiAccess, namespace: string): Promise<FakeKubelet> {
    const kubelet = new FakeKubelet(api, namespace)
    // All of 127.0.0.0/8 leads here, an address for each pod.
    await once(kubelet.#server.listen(0, '0.0.0.0'), 'listening')
    kubelet.#run = kubelet.#startPods()
    return kubelet
  }

  /** A pod template for Deployments whose pods it starts. */
  template(app: string): object {
    return {
      metadata: { labels: { app, 'fake-kubelet': 'yes' } },
      spec: restrictedPodSpec([{ name: 'admin', containerPort: this.#port }]),
    }
  }

  /** From now on the pod has so many streams. */
  setStreams(pod: string, count: number): void {
    this.#streams.set(pod, count)
  }

  async pods(): Promise<readonly string[]> {
    return (await this.#list()).map(({ metadata }) => metadata.name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await this.#run
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  #snapshot(pod: string): object {
    return { subscribers: this.#streams.get(pod) ?? 0, limit: 1_500, draining: false }
  }

  async #startPods(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      const pods = await this.#list().catch(() => [])
      await Promise.all(
        pods
          .filter(({ status }) => status.podIP === undefined)
          // A pod may be gone by now.
          .map(async (pod) => this.#startPod(pod).catch(() => undefined)),
      )
      await setTimeout(LOOK_INTERVAL, undefined, { signal }).catch(() => undefined)
    }
  }

  async #startPod({ metadata: { name, uid } }: StoredPod): Promise<void> {
    const number = ++this.#started
    const podIP = `127.77.${Math.floor(number / 250)}.${(number % 250) + 1}`
    this.#names.set(podIP, name)
    const startedAt = new Date().toISOString().replace(/\.\d+/, '')
    const container = {
      name: 'server',
      image: 'none',
      imageID: '',
      ready: true,
      started: true,
      restartCount: 0,
      containerID: `fake://${uid}`,
      state: { running: { startedAt } },
    }
    const status = {
      phase: 'Running',
      podIP,
      podIPs: [{ ip: podIP }],
      conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: startedAt }],
      containerStatuses: [container],
    }
    await this.#api.patch(`/api/v1/namespaces/${this.#namespace}/pods/${name}/status`, { status })
  }

  async #list(): Promise<readonly StoredPod[]> {
    const path = `/api/v1/namespaces/${this.#namespace}/pods?labelSelector=fake-kubelet`
    return this.#api.list<StoredPod>(path)
  }
}
