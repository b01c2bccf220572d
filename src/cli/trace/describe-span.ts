import type { Span } from './spans.ts'

/** What a reader wants to know of a span besides its time, in a few words. */
export function describeSpan(span: Span): string {
  const { name } = span
  const describe = DESCRIPTIONS.get(name.split(' ')[0] ?? '') ?? describeOther
  return describe(span)
}

/** By the first word of the name: what follows is a channel or a route. */
const DESCRIPTIONS = new Map<string, (span: Span) => string>([
  ['POST', (span) => attribute(span, 'http.response.status_code')],
  [
    'publish',
    (span) =>
      words(attribute(span, 'runnel.publish.outcome'), attribute(span, 'messaging.message.id')),
  ],
  [
    'EVALSHA',
    (span) =>
      words(attribute(span, 'server.address'), attribute(span, 'server.port')).replace(' ', ':'),
  ],
  ['fan-out', describeFanOut],
  [
    'deliver',
    (span) =>
      words(
        attribute(span, 'runnel.delivery.outcome'),
        attribute(span, 'runnel.close.reason'),
        prefixed('to stream', attribute(span, 'runnel.stream')),
        attribute(span, 'client.address'),
      ),
  ],
  [
    'GET',
    (span) =>
      words(
        attribute(span, 'runnel.connect.outcome'),
        attribute(span, 'runnel.connect.reason'),
        prefixed('stream', attribute(span, 'runnel.stream')),
        prefixed('resume', attribute(span, 'runnel.resume')),
      ),
  ],
  ['replay', (span) => counted(Number(attribute(span, 'runnel.replay.count') || 0), 'event')],
  [
    'close',
    (span) =>
      words(
        attribute(span, 'runnel.close.reason'),
        prefixed('by', attribute(span, 'runnel.close.by')),
        prefixed('stream', attribute(span, 'runnel.stream')),
        counted(Number(attribute(span, 'runnel.stream.events') || 0), 'event'),
      ),
  ],
])

function describeFanOut(span: Span): string {
  const [streams, live, written, dropped] = ['streams', 'live', 'written', 'dropped'].map((name) =>
    Number(attribute(span, `runnel.fan_out.${name}`) || 0),
  )
  const lag = prefixed('lag', milliseconds(attribute(span, 'runnel.fan_out.lag')))
  const behind = streams! - live!
  return [
    streams === 0 ? 'no subscribers' : `${written} of ${counted(streams!, 'stream')}`,
    dropped! > 0 ? `${dropped} dropped` : '',
    behind > 0 ? `${behind} behind` : '',
    lag,
  ]
    .filter((part) => part !== '')
    .join(', ')
}

/** Only the names of errors: other programs write spans into a trace, too. */
function describeOther(span: Span): string {
  return words(attribute(span, 'error.type'), attribute(span, 'http.response.status_code'))
}

export function attribute({ attributes }: Span, name: string): string {
  return attributes.get(name) ?? ''
}

/** Seconds as text in milliseconds; empty for text that is no number. */
export function milliseconds(seconds: string): string {
  if (seconds === '' || Number.isNaN(Number(seconds))) return ''
  return `${(Number(seconds) * 1_000).toFixed(1)} ms`
}

function prefixed(prefix: string, text: string): string {
  return text === '' ? '' : `${prefix} ${text}`
}

function words(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join(' ')
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
