/** `fetch`, or a function in its place. The signal must end the body as well. */
export type Fetch = (url: URL, init: FetchInit) => Promise<Response>

export interface FetchInit {
  readonly method?: 'POST'
  readonly body?: string | Uint8Array<ArrayBuffer>
  readonly headers: Readonly<Record<string, string>>
  readonly redirect?: 'manual'
  readonly signal: AbortSignal
}
