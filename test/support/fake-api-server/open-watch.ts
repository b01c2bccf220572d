import type { ServerResponse } from 'node:http'
import type { Change } from './object-store.ts'

/** A watch of one client, as the server sees it. */
export class OpenWatch {
  /** What is sent goes nowhere, as on a connection that is half open. */
  isSilent = false
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  sendChange({ type, object }: Change): void {
    this.send({ type, object })
  }

  sendBookmark(version: number): void {
    this.send({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(version) } } })
  }

  send(event: unknown): void {
    this.sendText(`${JSON.stringify(event)}\n`)
  }

  sendText(text: string): void {
    if (!this.isSilent) this.#response.write(text)
  }

  /** Ends the answer as a server does. */
  end(): void {
    this.#response.end()
  }

  /** Cuts the connection, amid a line or not. */
  cut(): void {
    this.#response.socket?.destroy()
  }
}
