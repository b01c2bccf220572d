import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from '../support/chromium.ts'
import {
  collectEvents,
  type CollectOptions,
  type InteropClient,
  type ReceivedEvent,
  SILENCE,
  type Sink,
  withLastEventId,
} from './interop-client.ts'

/** A report of the page: an event, or the end or failure of the connection. */
export type PageReport = ReceivedEvent | 'end' | 'fail'

export interface PageRequest {
  readonly key: number
  /** The name of the client. */
  readonly client: string
  readonly url: string
  readonly names: readonly string[]
  readonly reconnects: boolean
  /** Milliseconds after which a silent connection is dead. */
  readonly silence: number
}

/**
 * Runs in the page, so it can use no other code of its file. Calls `reportToTest` of the page for each report, with
 * the key of its request.
 */
export type OpenInPage = (request: PageRequest) => { close(): void }

const NODE_MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))

/**
 * The page of a real browser in which clients run. It reads streams of any origin, so that one is enough. The browser
 * starts at the first collection.
 */
export class ChromiumPage {
  /** Elements of the page; those that load scripts may name files under `/node_modules/`. */
  readonly #head: string
  #page: Promise<Page> | undefined
  readonly #sinks = new Map<number, Sink>()
  #browser: Promise<Browser> | undefined
  #lastKey = 0

  constructor(head = '') {
    this.#head = head
  }

  client(name: string, open: OpenInPage): InteropClient {
    return {
      name,
      canReconnect: true,
      collect: async (url, options) => this.#collect(name, open, url, options),
    }
  }

  async close(): Promise<void> {
    const browser = await this.#browser
    await browser?.close()
  }

  async #collect(
    client: string,
    open: OpenInPage,
    url: string,
    options: CollectOptions = {},
  ): Promise<ReceivedEvent[]> {
    const target = withLastEventId(url, options.lastEventId)
    this.#page ??= this.#open(new URL(target).origin)
    const page = await this.#page
    const key = ++this.#lastKey
    const { names = [], reconnects = false, silence = SILENCE } = options
    return collectEvents(options, (sink) => {
      this.#sinks.set(key, sink)
      const pageRequest: PageRequest = {
        key,
        client,
        url: target,
        names: [...new Set(['message', ...names])],
        reconnects,
        silence,
      }
      const source = page.evaluateHandle(open, pageRequest)
      source.catch(sink.fail)
      return async () => {
        this.#sinks.delete(key)
        const handle = await source
        await handle.evaluate((opened) => opened.close())
        await handle.dispose()
      }
    })
  }

  async #open(origin: string): Promise<Page> {
    // Whether an origin may read a stream is tested elsewhere.
    this.#browser = launchChromium(['--disable-web-security'])
    const browser = await this.#browser
    const page = await browser.newPage()
    await page.exposeFunction('reportToTest', (key: number, report: PageReport) => {
      const sink = this.#sinks.get(key)
      if (report === 'end') sink?.end()
      else if (report === 'fail') sink?.fail(new Error('expected a stream, chromium failed'))
      else sink?.event(report)
    })
    // A page that the server need not know: no policy of its own pages stands between the client and
    // the stream. The icon spares the server a request for one.
    const blank = `${origin}/blank-page-of-the-test`
    const body = `<link rel=icon href=data:,>${this.#head}`
    await page.route(blank, (route) => route.fulfill({ contentType: 'text/html', body }))
    await page.route(`${origin}/node_modules/**`, (route) =>
      route.fulfill({ path: moduleFile(route.request().url()) }),
    )
    await page.goto(blank)
    await page.unrouteAll()
    return page
  }
}

/** The file of a module, which packages made for bundlers import without its extension. */
function moduleFile(url: string): string {
  const path = new URL(url).pathname.replace('/node_modules', NODE_MODULES)
  return extname(path) === '' ? `${path}.js` : path
}
