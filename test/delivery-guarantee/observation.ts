import type { Gap } from '../../src/schema/system-events.ts'
import type { World } from './world.ts'

/** Where a first connect begins. */
export type From = 'latest' | 'earliest' | { readonly last: number }

/** An event in the life of one client, as the client sees it. Ids and cursors are as they were sent. */
export type Observation =
  | { readonly kind: 'asks'; readonly cursor: string | undefined; readonly from: From }
  | { readonly kind: 'gap'; readonly gap: Gap; readonly id: string }
  /** `id` and `resumed` are absent for a poll, which has no such fields. */
  | {
      readonly kind: 'opens'
      readonly cursor: string
      readonly id?: string
      readonly resumed?: boolean
    }
  | { readonly kind: 'event'; readonly channel: string; readonly data: string; readonly id: string }
  /** A poll's answer ends with this cursor. */
  | { readonly kind: 'stands'; readonly cursor: string }
  /** A stream is refused with this id. */
  | { readonly kind: 'refused'; readonly id: string | undefined }
  /** The client has read to the end: nothing more is on its way. */
  | { readonly kind: 'settled' }

export interface Channel {
  readonly name: string
  readonly world: World
}
