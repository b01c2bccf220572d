import { ChromiumJudge } from './chromium-judge.ts'
import { createPackageJudge, createUndiciJudge } from './event-source-judge.ts'
import { createFetchJudge } from './fetch-judge.ts'
import type { Judge } from './judge.ts'
import { createCurlJudge, createPythonJudge } from './process-judge.ts'
import { openEventSourceParser, openOurDecoder } from './reader.ts'

export interface Judges {
  readonly all: readonly Judge[]
  /** Those that are a whole EventSource and therefore reconnect. */
  readonly reconnecting: readonly Judge[]
  /** Closes the browser, which the first collection starts. */
  close(): Promise<void>
}

/** Every judge. A test file needs one set only, however many tests it has. */
export function createJudges(): Judges {
  const chromium = new ChromiumJudge()
  const all = [
    createFetchJudge('our decoder', openOurDecoder),
    createFetchJudge('eventsource-parser', openEventSourceParser),
    createPackageJudge(),
    createUndiciJudge(),
    chromium,
    createCurlJudge(),
    createPythonJudge(),
  ]
  return {
    all,
    reconnecting: all.filter((judge) => judge.canReconnect),
    close: () => chromium.close(),
  }
}
