/** The parts of k6's modules that the script uses. k6 brings the modules themselves. */

declare module 'k6' {
  export function check<T>(value: T, sets: Readonly<Record<string, (value: T) => boolean>>): boolean
  export function sleep(seconds: number): void
}

declare module 'k6/execution' {
  const execution: {
    readonly scenario: {
      /** Unix time in ms at which the scenario began. */
      readonly startTime: number
      /** Counts the iterations of the scenario over all VUs, from 0. */
      readonly iterationInTest: number
    }
  }
  export default execution
}

declare module 'k6/http' {
  interface Response {
    readonly status: number
  }
  const http: {
    post(
      url: string,
      body: string,
      params: { readonly headers: Readonly<Record<string, string>>; readonly timeout?: string },
    ): Response
  }
  export default http
}

declare module 'k6/metrics' {
  export class Counter {
    constructor(name: string)
    add(value: number): void
  }
  export class Trend {
    constructor(name: string, isTime?: boolean)
    add(value: number): void
  }
}

/** The extension xk6-sse. */
declare module 'k6/x/sse' {
  interface SseEvent {
    readonly id: string
    readonly name: string
    readonly data: string
  }
  export interface Client {
    on(name: 'open', handler: () => void): void
    on(name: 'event', handler: (event: SseEvent) => void): void
    on(name: 'error', handler: (error: { error(): string }) => void): void
    close(): void
  }
  const sse: {
    /** Blocks until the stream ends. `error` is not empty if there was no answer. */
    open(
      url: string,
      params: { readonly headers: Readonly<Record<string, string>> },
      setUp: (client: Client) => void,
    ): { readonly status: number; readonly error: string }
  }
  export default sse
}

/** The variables that k6 was given. */
declare const __ENV: Readonly<Record<string, string | undefined>>
