import { createServer, type Server } from 'node:http'
import { formatAddress, type Address } from '../../config/kinds/address.ts'
import { closeServer, listen } from '../../lib/listener.ts'
import { createAdminApp, type AdminOptions } from './admin-app.ts'

/** Times in ms. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 60_000,
  connectionsCheckingInterval: 1_000,
}
/** Each scraper and probe needs one. */
const MOST_CONNECTIONS = 256
const CLOSE_GRACE = 1_000

/** Health and metrics of the controller, over plain HTTP. */
export class AdminListener {
  readonly #server: Server
  readonly #address: Address

  constructor(address: Address, options: AdminOptions) {
    this.#address = address
    const answer = createAdminApp(options).callback()
    // Koa answers its own errors: the promise never rejects.
    this.#server = createServer(LIMITS, (request, response) => void answer(request, response))
    this.#server.maxConnections = MOST_CONNECTIONS
  }

  /** Resolves to the URL. Rejects if the address cannot be bound. */
  async start(): Promise<string> {
    const { address, port } = await listen(this.#server, this.#address)
    return `http://${formatAddress({ host: address, port })}`
  }

  async close(): Promise<void> {
    await closeServer(this.#server, CLOSE_GRACE)
  }
}
