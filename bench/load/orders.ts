import type { Outcome } from './load.ts'

/** What the process that makes the load can be told to do. Times in seconds. */
export type Order =
  | {
      readonly kind: 'connect'
      readonly port: number
      readonly count: number
      readonly publishers: number
    }
  | { readonly kind: 'pace'; readonly rate: number; readonly seconds: number }
  | { readonly kind: 'saturate'; readonly inFlight: number; readonly seconds: number }
  | { readonly kind: 'disconnect' }

export type Answer =
  | { readonly kind: 'done'; readonly outcome: Outcome | undefined }
  | { readonly kind: 'failed'; readonly reason: string }
