/** Libraries that bring no types; these are the parts that the tests use. */

declare module 'launchdarkly-eventsource' {
  export class EventSource {
    readonly readyState: number
    constructor(url: string)
    addEventListener(type: string, listener: (event: Event) => void): void
    close(): void
  }
}
