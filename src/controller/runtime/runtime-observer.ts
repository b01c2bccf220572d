/** What metrics and log lines tell of the runtime. What can be read at any time is a property of the parts. */
export interface RuntimeObserver
  extends QueueObserver, InformerObserver, ElectionObserver, EventObserver {}

export interface QueueObserver {
  /** A key was added that did not wait already. */
  enqueued(key: string): void
  /** The work for a key ended, after so many ms. */
  worked(key: string, duration: number, result: 'succeeded' | 'failed'): void
  /** The work for a key failed, and is tried again in so many ms. */
  retrying(key: string, error: unknown, delay: number): void
}

export interface InformerObserver {
  /** All selected objects of a kind were listed. */
  listed(kind: string, count: number): void
  /** A list or a watch failed. It is tried again. */
  listOrWatchFailed(kind: string, error: unknown): void
  /** A handler threw. The informer went on. */
  handlerFailed(kind: string, error: unknown): void
}

export interface ElectionObserver {
  /** The lease could not be read or written, or a callback threw. The election goes on. */
  electionFailed(error: unknown): void
}

export interface EventObserver {
  /** An event could not be written, and is lost. */
  eventFailed(error: unknown): void
}
