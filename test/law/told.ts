import type { Gap } from '../../src/schema/system-events.ts'
import type { World } from './world.ts'

/** Where a first connect begins. */
export type From = 'latest' | 'earliest' | { readonly last: number }

/** What happens to one client. Ids and cursors are as they were sent. */
export type Told =
  | { readonly kind: 'asks'; readonly cursor: string | undefined; readonly from: From }
  | { readonly kind: 'gap'; readonly gap: Gap; readonly id: string }
  /** `resumed` is absent where no stream says it: a poll only shows where it begins. */
  | { readonly kind: 'opens'; readonly cursor: string; readonly resumed?: boolean }
  | { readonly kind: 'event'; readonly channel: string; readonly data: string; readonly id: string }
  /** The end of an answer. */
  | { readonly kind: 'stands'; readonly cursor: string }
  /** A stream is refused with this id. */
  | { readonly kind: 'refused'; readonly id: string | undefined }
  /** Nothing more is on its way. */
  | { readonly kind: 'settled' }

export interface Channel {
  readonly name: string
  readonly world: World
}
