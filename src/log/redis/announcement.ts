/**
 * The announcements of traced appends, which every process of the fleet may hear. The first byte is the version; after
 * it comes `<channel> <epoch> <first> <count> <time> <traceparent>`, and ` <tracestate>` where there is one. The time
 * is in ms.
 */
import { isChannelName } from '../../wire/channel.ts'
import { parseTraceContext } from '../../wire/trace-context.ts'
import type { TracedAppend } from '../event-log.ts'

/** To be raised with every change that a reader of the previous version would misread. */
export const ANNOUNCEMENT_VERSION = 1

/** Bytes. More than any announcement has: channel names and trace contexts are bounded. */
const MAX_BYTES = 1_024
const VERSION = String.fromCharCode(ANNOUNCEMENT_VERSION)
const FORM = /^(\S+) ([0-9A-Za-z]{8}) ([1-9]\d{0,15}) ([1-9]\d{0,8}) (\d{1,15}) (\S+)(?: (.+))?$/

export function encodeAnnouncement(append: TracedAppend): string {
  const { channel, epoch, first, count, time, trace } = append
  const { traceparent, tracestate } = trace
  const fields = [channel, epoch, first, count, time, traceparent]
  return VERSION + [...fields, ...(tracestate === undefined ? [] : [tracestate])].join(' ')
}

/** Undefined for what is from another version or another program. */
export function decodeAnnouncement(bytes: Buffer): TracedAppend | undefined {
  if (bytes[0] !== ANNOUNCEMENT_VERSION || bytes.length > MAX_BYTES) return undefined
  const found = FORM.exec(bytes.toString('latin1', 1))
  if (found === null) return undefined
  const [, channel, epoch, first, count, time, traceparent, tracestate] = found
  const trace = parseTraceContext(traceparent, tracestate)
  if (trace === undefined || !isChannelName(channel!)) return undefined
  return {
    channel: channel!,
    epoch: epoch!,
    first: Number(first),
    count: Number(count),
    time: Number(time),
    trace,
  }
}
