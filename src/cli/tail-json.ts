import { GAP } from '../wire/system-event.ts'
import type { TailItem } from './tail-item.ts'

/** One line of JSON for scripts. The data of an event is a string, that of a system event an object. */
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
