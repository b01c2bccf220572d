import { once } from 'node:events'
import { Agent, request, type RequestOptions } from 'node:https'
import { json, text } from 'node:stream/consumers'
import {
  createAuthority,
  issueCertificate,
  type ServingCertificate,
} from '../../src/controller/metrics-api/certificates/authority.ts'
import { parseFrontProxy, type FrontProxy } from '../../src/controller/metrics-api/front-proxy.ts'
import {
  MetricsServer,
  type MetricsServerOptions,
} from '../../src/controller/metrics-api/metrics-server.ts'
import { ClientAuthority, type ClientCertificate } from './client-certificates.ts'

/** As the API server names the Service. */
export const SERVICE_HOST = 'runnel-controller.streams.svc'

/** The user that the HPA controller is. */
export const USER = {
  'X-Remote-User': 'system:serviceaccount:kube-system:horizontal-pod-autoscaler',
}

export function frontProxyOf(authority: ClientAuthority, ...names: readonly string[]): FrontProxy {
  return parseFrontProxy({
    'requestheader-client-ca-file': authority.certificate,
    'requestheader-allowed-names': JSON.stringify(names),
    'requestheader-username-headers': '["X-Remote-User"]',
  })
}

export interface Answer {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: unknown
  /** Whether the server answered `Expect: 100-continue` before. */
  readonly isAskedForBody: boolean
}

/** A metrics server and the front proxy that it trusts. */
export class MetricsApi implements AsyncDisposable {
  readonly port: number
  readonly certificate: ServingCertificate
  /** What verifies the server. */
  readonly caBundle: string
  readonly frontProxyCertificate: ClientCertificate
  readonly #server: MetricsServer

  private constructor(
    server: MetricsServer,
    port: number,
    certificate: ServingCertificate,
    caBundle: string,
    frontProxyCertificate: ClientCertificate,
  ) {
    this.#server = server
    this.port = port
    this.certificate = certificate
    this.caBundle = caBundle
    this.frontProxyCertificate = frontProxyCertificate
  }

  static async start(options: Partial<MetricsServerOptions> = {}, at = 0): Promise<MetricsApi> {
    const authority = await createAuthority(SERVICE_HOST, Date.now())
    const certificate = await issueCertificate(authority, SERVICE_HOST)
    const clients = await ClientAuthority.create()
    const frontProxy = frontProxyOf(clients, 'front-proxy-client')
    const server = new MetricsServer({
      subscribers: () => undefined,
      isSynced: () => true,
      frontProxy: () => frontProxy,
      certificate: () => certificate,
      report: (error) => {
        throw error
      },
      ...options,
    })
    const { port } = await server.start({ host: '127.0.0.1', port: at })
    const frontProxyCertificate = await clients.issue('front-proxy-client')
    return new MetricsApi(server, port, certificate, authority.certificate, frontProxyCertificate)
  }

  /** As the front proxy asks, unless the options say otherwise. */
  async get(path: string, options: RequestOptions = {}): Promise<Answer> {
    const agent = new Agent({ keepAlive: false })
    try {
      return await ask(this.port, path, {
        agent,
        ca: this.caBundle,
        ...this.frontProxyCertificate,
        headers: USER,
        ...options,
      })
    } finally {
      agent.destroy()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close()
  }
}

export async function ask(port: number, path: string, options: RequestOptions): Promise<Answer> {
  const sent = request({ host: '127.0.0.1', port, path, servername: SERVICE_HOST, ...options })
  let isAskedForBody = false
  sent.on('continue', () => {
    isAskedForBody = true
  })
  sent.end()
  const [response] = await once(sent, 'response')
  const { statusCode: status, headers } = response
  const isJson = String(headers['content-type']).startsWith('application/json')
  const body: unknown = isJson ? await json(response) : await text(response)
  return { status, headers, body, isAskedForBody }
}
