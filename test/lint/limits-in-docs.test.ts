/** The page of the protocol is written by hand; its numbers are those of the code. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { formatSize } from '../../src/config/kinds/size.ts'
import { REQUESTS } from '../../src/config/serve/requests.ts'
import {
  IGNORED_NAMES,
  MAX_KEY_LENGTH,
  MAX_PUBLISHED_EVENTS,
  POLL_EVENTS,
  POLL_WAIT,
} from '../../src/schema/limits.ts'
import {
  MAX_CHANNEL_LENGTH,
  MAX_CHANNELS,
  MAX_CURSOR_LENGTH,
  MAX_EVENT_NAME_BYTES,
} from '../../src/wire/limits.ts'

const PAGE = new URL('../../docs/protocol.md', import.meta.url)

/** `60 KiB` of `60KiB`. */
function spaced(size: string): string {
  return size.replace(/\d+/, '$& ')
}

test.for([
  `a name of 1 to ${MAX_CHANNEL_LENGTH} characters`,
  `A cursor has at most ${spaced(formatSize(MAX_CURSOR_LENGTH))}`,
  `A stream has at most ${MAX_CHANNELS} channels`,
  `has the first ${IGNORED_NAMES.max} of them, each cut to ${IGNORED_NAMES.bytes} bytes`,
  `0 to ${POLL_WAIT.max}, default ${POLL_WAIT.default}`,
  `1 to ${POLL_EVENTS.max.toLocaleString('en')}, default ${POLL_EVENTS.default}`,
  `one such JSON object a line, at most ${MAX_PUBLISHED_EVENTS},`,
  `Event names have 1 to ${MAX_EVENT_NAME_BYTES} bytes`,
  `Bodies have at most ${spaced(REQUESTS.BODY_LIMIT.default)}`,
  `An event has at most ${spaced(REQUESTS.MAX_EVENT.default)}`,
  `(1 to ${MAX_KEY_LENGTH} bytes)`,
])('the page of the protocol says: %s', (words) => {
  expect(readFileSync(PAGE, 'utf8').replaceAll(/\s+/g, ' ')).toContain(words)
})
