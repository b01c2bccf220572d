/** Subscribers of one channel that record all they are told, and come back whenever they are cut off. */
export interface SubscriberOptions {
  /** Leads to any of the pods. */
  readonly url: string
  readonly channel: string
  /** Unique among subscribers. */
  readonly name: string
}

export interface Subscriber extends AsyncDisposable {
  readonly name: string
}

/** Before it tries again where nobody said how long, in ms. */
export const RETRY = 200
