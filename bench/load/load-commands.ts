import type { Outcome } from './load.ts'

/** A command to the process that generates the load. Times are in seconds. */
export type LoadCommand =
  /** `publishers`: connections to publish on. Replaces an earlier load. */
  | { readonly kind: 'begin'; readonly port: number; readonly publishers: number }
  | { readonly kind: 'rehearse'; readonly events: number }
  | { readonly kind: 'connect'; readonly streams: number }
  | { readonly kind: 'disconnect' }
  | { readonly kind: 'pace'; readonly rate: number; readonly seconds: number }
  | { readonly kind: 'saturate'; readonly inFlight: number; readonly seconds: number }

export type LoadResult =
  | { readonly kind: 'done'; readonly outcome: Outcome | undefined }
  | { readonly kind: 'failed'; readonly reason: string }
