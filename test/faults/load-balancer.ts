import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/**
 * Balances connections over several pods, as an ingress does: each new connection goes to the next pod that
 * accepts it. A change of `targets` adds or removes pods.
 */
export class LoadBalancer implements AsyncDisposable {
  /** URLs of the pods. */
  targets: string[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #next = 0

  private constructor() {
    this.#server = createServer((client) => {
      client.on('error', () => undefined)
      this.#sockets.add(client)
      client.on('close', () => this.#sockets.delete(client))
      void this.#serve(client)
    })
  }

  static async start(): Promise<LoadBalancer> {
    const balancer = new LoadBalancer()
    await once(balancer.#server.listen(0, '127.0.0.1'), 'listening')
    return balancer
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await once(this.#server, 'close')
  }

  async #serve(client: Socket): Promise<void> {
    for (let tries = 0; tries < this.targets.length; tries++) {
      const target = this.targets[this.#next++ % this.targets.length]
      if (target === undefined) break
      const pod = await open(target)
      if (pod === undefined) continue
      pod.on('error', () => undefined)
      pod.on('close', () => client.destroy())
      client.on('close', () => pod.destroy())
      client.pipe(pod)
      pod.pipe(client)
      return
    }
    client.destroy()
  }
}

async function open(target: string): Promise<Socket | undefined> {
  const { hostname, port } = new URL(target)
  const socket = connect({ host: hostname, port: Number(port) })
  try {
    await once(socket, 'connect')
    return socket
  } catch {
    return undefined
  }
}
