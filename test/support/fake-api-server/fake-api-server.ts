import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { json } from 'node:stream/consumers'
import type { KubeConfig } from '@kubernetes/client-node'
import { TestAuthority } from '../../../rig/servers/redis-tls.ts'
import { CredentialFiles } from './credential-files.ts'
import { ObjectStore } from './object-store.ts'
import type { OpenWatch } from './open-watch.ts'
import { serveObjects, type ApiRequest } from './serve-objects.ts'
import { UNAUTHORIZED } from './status.ts'

/** Instead of the answer of an API server. */
export type Fault =
  | {
      readonly code: number
      /** Text goes out as it is, anything else as JSON. */
      readonly body: unknown
      readonly headers?: Readonly<Record<string, string>>
    }
  /** The request is taken, and never answered. */
  | 'hang'
  /** The connection ends without an answer. */
  | 'cut'

/**
 * An API server of few words: it keeps objects of any kind at the paths that they are sent to, without checks,
 * defaults or admission. Its faults are those that a client has to live with.
 */
export class FakeApiServer implements AsyncDisposable {
  readonly objects = new ObjectStore()
  readonly requests: ApiRequest[] = []
  readonly watches = new Set<OpenWatch>()
  /** Asked for each request that its token lets in; it may wait, to make answers slow. */
  fault: (request: ApiRequest) => Fault | undefined | Promise<Fault | undefined> = () => undefined
  /** Connections that were ever made. */
  connectionsMade = 0
  readonly files: CredentialFiles
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #authorities: TestAuthority[]
  #token = 'token-1'

  private constructor(server: Server, files: CredentialFiles, authority: TestAuthority) {
    this.#server = server
    this.files = files
    this.#authorities = [authority]
    server.on('secureConnection', (socket: Socket) => {
      this.connectionsMade++
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#answer(request, response)
    })
  }

  static async start(): Promise<FakeApiServer> {
    const authority = await TestAuthority.create()
    const files = await CredentialFiles.create('token-1', authority)
    const server = createServer(await identityOf(authority))
    // In ms, as of a kube-apiserver.
    server.keepAliveTimeout = 90_000
    const fake = new FakeApiServer(server, files, authority)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return fake
  }

  /** As in a pod, with files that rotate. */
  get config(): KubeConfig {
    return this.files.configFor(this.url)
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size
  }

  /** From here on only the new token is let in. */
  async rotateToken(): Promise<void> {
    const token = `token-${Number(this.#token.split('-')[1]) + 1}`
    await this.files.writeToken(token)
    this.#token = token
  }

  /** A certificate of another authority for new connections; the old ones end once they idle. */
  async rotateAuthority(): Promise<void> {
    const authority = await TestAuthority.create()
    this.#authorities.push(authority)
    await this.files.writeAuthority(authority)
    this.#server.setSecureContext(await identityOf(authority))
    this.endIdleConnections()
  }

  /** Ends the connections that carry no request, as servers and proxies do. */
  endIdleConnections(): void {
    this.#server.closeIdleConnections()
  }

  /** Cuts all connections. */
  cutConnections(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.cutConnections()
    await closed
    await this.files[Symbol.asyncDispose]()
    for (const authority of this.#authorities) await authority[Symbol.asyncDispose]()
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(incoming.url ?? '', this.url)
    const hasBody = incoming.headers['content-length'] !== undefined
    const request: ApiRequest = {
      method: incoming.method ?? '',
      path: pathname,
      query: searchParams,
      headers: incoming.headers,
      body: hasBody ? await json(incoming) : undefined,
    }
    this.requests.push(request)
    if (incoming.headers.authorization !== `Bearer ${this.#token}`) {
      answerWith(response, 401, UNAUTHORIZED)
      return
    }
    const fault = await this.fault(request)
    if (fault === 'hang') return
    if (fault === 'cut') incoming.socket.destroy()
    else if (fault === undefined) serveObjects(this, request, response)
    else answerWith(response, fault.code, fault.body, fault.headers)
  }
}

async function identityOf({ certFile, keyFile }: TestAuthority) {
  return { cert: await readFile(certFile), key: await readFile(keyFile) }
}

function answerWith(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'
  response.writeHead(code, { 'Content-Type': type, ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}
