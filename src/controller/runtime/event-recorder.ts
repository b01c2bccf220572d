import { randomBytes } from 'node:crypto'
import type { Cluster, Manifest } from '../cluster/cluster.ts'
import { EVENT } from '../objects/event.ts'
import type { Kind } from '../objects/kind.ts'
import type { KubeObject } from '../objects/metadata.ts'
import { formatMicroTime } from '../objects/micro-time.ts'
import { monotonicClock, type Clock } from './clock.ts'
import { EventThrottle } from './event-throttle.ts'
import type { EventObserver } from './runtime-observer.ts'

export interface EventRecorderOptions {
  readonly cluster: Pick<Cluster, 'create'>
  /** Of the program, such as `runnel.dev/controller`. */
  readonly controller: string
  /** Of this process, such as the name of its pod. */
  readonly instance: string
  readonly observer: EventObserver
  readonly clock?: Clock
}

export interface RecordedEvent {
  readonly type: 'Normal' | 'Warning'
  /** In CamelCase, such as `ScaledUp`. */
  readonly reason: string
  readonly message: string
}

/** In bytes, as the API server allows. */
const LONGEST_NOTE = 1_024
/** In characters, as the API server allows. */
const LONGEST_FIELD = 128
/** A name holds 253 characters; a dot and the random part follow this much of the object's. */
const LONGEST_NAME = 230

/** Tells people what happens to an object: `kubectl describe` shows its events. */
export class EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #throttle: EventThrottle

  constructor(options: EventRecorderOptions) {
    this.#options = options
    this.#throttle = new EventThrottle(options.clock ?? monotonicClock)
  }

  /**
   * Writes an event beside everything else: no failure reaches the caller. What was said of the object a short
   * time ago is not said again.
   */
  record<T extends KubeObject>(kind: Kind<T>, object: T, event: RecordedEvent): void {
    const { namespace, name, uid } = object.metadata
    const subject = uid ?? `${kind.kind}/${namespace ?? ''}/${name}`
    const statement = `${event.reason}: ${event.message}`
    if (!this.#throttle.admit(subject, statement)) return
    void this.#create(kind, object, event).catch((error: unknown) => {
      this.#throttle.forget(subject, statement)
      this.#options.observer.eventFailed(error)
    })
  }

  async #create(kind: Kind, object: KubeObject, event: RecordedEvent): Promise<void> {
    await this.#options.cluster.create(EVENT, this.#describe(kind, object, event))
  }

  #describe(kind: Kind, { metadata }: KubeObject, event: RecordedEvent): Manifest {
    const { controller, instance } = this.#options
    // Events about objects outside of namespaces belong into this one.
    const namespace = metadata.namespace ?? 'default'
    return {
      metadata: {
        name: `${metadata.name.slice(0, LONGEST_NAME)}.${randomBytes(8).toString('hex')}`,
        namespace,
      },
      eventTime: formatMicroTime(Date.now()),
      type: event.type,
      reason: event.reason.slice(0, LONGEST_FIELD),
      // The API server demands one; the reason says what was done.
      action: event.reason.slice(0, LONGEST_FIELD),
      note: truncate(event.message, LONGEST_NOTE),
      reportingController: controller,
      reportingInstance: instance.slice(0, LONGEST_FIELD),
      regarding: {
        apiVersion: kind.apiVersion,
        kind: kind.kind,
        name: metadata.name,
        namespace: metadata.namespace,
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion,
      },
    }
  }
}

/** Cuts a text to so many bytes, between two characters, and shows that it did. */
function truncate(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text
  const mark = '…'
  const { read } = new TextEncoder().encodeInto(
    text,
    new Uint8Array(limit - Buffer.byteLength(mark)),
  )
  return text.slice(0, read) + mark
}
