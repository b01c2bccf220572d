import { parseFields } from '../../client/parse-json.ts'
import type { DecodedEvent } from '../../wire/decode.ts'
import { SYSTEM_EVENT_PREFIX } from '../../wire/event-name.ts'
import { GAP } from '../../wire/system-event-names.ts'

type Fields = Readonly<Record<string, unknown>>

/** An item that `tail` prints. The fields of gaps and system events are unchecked. */
export type TailItem =
  | {
      readonly kind: 'event'
      readonly id: string
      /** Undefined where the service sent no envelope. */
      readonly channel: string | undefined
      readonly event: string
      readonly data: string
      readonly time: string | undefined
    }
  | { readonly kind: 'gap'; readonly id: string; readonly fields: Fields }
  | { readonly kind: 'system'; readonly event: string; readonly fields: Fields }

/** The service refuses publishes under the names of system events, so the name alone is proof. */
export function readTailItem({ id, event, data }: DecodedEvent): TailItem {
  if (event === GAP) return { kind: 'gap', id, fields: parseFields(data) }
  if (event.startsWith(SYSTEM_EVENT_PREFIX)) {
    return { kind: 'system', event, fields: parseFields(data) }
  }
  const plain = { event, data, channel: undefined, time: undefined }
  return { kind: 'event', id, ...(readEnvelope(data) ?? plain) }
}

function readEnvelope(text: string) {
  const { channel, event, data, time } = parseFields(text)
  if (typeof channel !== 'string' || typeof event !== 'string') return undefined
  if (typeof data !== 'string' || typeof time !== 'string') return undefined
  return { channel, event, data, time }
}

/** One line of JSON. The data of an event is a string, that of a system event an object. */
export function formatJson(item: TailItem): string {
  return `${JSON.stringify(jsonOf(item))}\n`
}

function jsonOf(item: TailItem): object {
  switch (item.kind) {
    case 'event': {
      const { id, channel, event, data, time } = item
      return { id, channel, event, data, time }
    }
    case 'gap': {
      const { id, fields } = item
      return { id, channel: fields['channel'], event: GAP, data: fields }
    }
    case 'system': {
      return { event: item.event, data: item.fields }
    }
  }
}
