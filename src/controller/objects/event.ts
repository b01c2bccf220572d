import { z } from 'zod'
import type { Kind } from './kind.ts'
import { metadata } from './metadata.ts'

/** Events are written, never read. */
const event = z.object({ metadata })

export type Event = z.infer<typeof event>

export const EVENT: Kind<Event> = {
  apiVersion: 'events.k8s.io/v1',
  kind: 'Event',
  plural: 'events',
  isNamespaced: true,
  schema: event,
}
