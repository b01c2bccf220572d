import type { Attributes } from '@opentelemetry/api'

interface Message {
  readonly channel: string
  /** The position of the last event, where it is known. */
  readonly position?: string | undefined
  /** Number of events. */
  readonly count?: number
}

const TYPES = { publish: 'send', 'fan-out': 'process', deliver: 'process' } as const

/** The attributes of the semantic conventions for messaging. A count is given only for a batch, as they ask. */
export function messagingAttributes(
  operation: keyof typeof TYPES,
  { channel, position, count = 1 }: Message,
): Attributes {
  return {
    'messaging.system': 'runnel',
    'messaging.operation.name': operation,
    'messaging.operation.type': TYPES[operation],
    'messaging.destination.name': channel,
    ...(position === undefined ? {} : { 'messaging.message.id': position }),
    ...(count > 1 ? { 'messaging.batch.message_count': count } : {}),
  }
}
