import { EventSource as UndiciEventSource } from 'undici'
import { createParser } from 'eventsource-parser'
import { expect, test } from 'vitest'
import { spawnChild } from '../support/child-process.ts'
import { launchChromium } from '../support/chromium.ts'
import { eventually } from '../support/eventually.ts'
import { publishText } from '../support/clients/requests.ts'
import { dispatcher } from '../../rig/release/ingress-access.ts'
import { CHROMIUM_FLAGS, curlFlags } from './ingress-flags.ts'
import { Release } from '../../rig/release/release.ts'

const EVENTS = 5

/** Calls back with the data of each event, and once with `open` when the stream has begun. */
type Listen = (url: string, onData: (data: string) => void) => Promise<AsyncDisposable>

const CLIENTS: Readonly<Record<string, Listen>> = {
  curl: listenWithCurl,
  undici: listenWithUndici,
  Chromium: listenWithChromium,
}

test('curl, undici and Chromium get each event before the next is published', async () => {
  await using release = await Release.install('clients')
  await using open = new AsyncDisposableStack()
  const arrivals = new Map<string, number[]>()
  for (const [name, listen] of Object.entries(CLIENTS)) {
    const times: number[] = []
    let isOpen = false
    const client = await listen(`${release.url}/stream/news`, (data) => {
      if (data === 'open') isOpen = true
      else times.push(performance.now())
    })
    open.use(client)
    await eventually(() => {
      expect({ name, isOpen }).toEqual({ name, isOpen: true })
    })
    arrivals.set(name, times)
  }

  const rows: string[] = []
  for (let number = 1; number <= EVENTS; number++) {
    const start = performance.now()
    await publishText(release.insideUrl, 'news', String(number))
    await eventually(() => {
      for (const times of arrivals.values()) expect(times).toHaveLength(number)
    })
    const delays = [...arrivals].map(([name, times]) => {
      const delay = (times.at(-1) ?? 0) - start
      return `${name} ${delay.toFixed(0)} ms`
    })
    rows.push(`  event ${number}: ${delays.join(', ')}`)
  }
  console.log(`arrival after the start of the publish:\n${rows.join('\n')}`)
})

async function listenWithCurl(
  url: string,
  onData: (data: string) => void,
): Promise<AsyncDisposable> {
  const child = spawnChild('curl', ['--silent', '--no-buffer', ...curlFlags(url), url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const parser = createParser({
    onEvent: ({ event, data }) => {
      onData(event === 'runnel.open' ? 'open' : data)
    },
  })
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    parser.feed(text)
  })
  return {
    async [Symbol.asyncDispose]() {
      child.kill()
    },
  }
}

async function listenWithUndici(
  url: string,
  onData: (data: string) => void,
): Promise<AsyncDisposable> {
  const source = new UndiciEventSource(url, { node: { dispatcher } })
  source.addEventListener('runnel.open', () => {
    onData('open')
  })
  source.addEventListener('message', ({ data }) => {
    onData(String(data))
  })
  return {
    async [Symbol.asyncDispose]() {
      source.close()
    },
  }
}

async function listenWithChromium(
  url: string,
  onData: (data: string) => void,
): Promise<AsyncDisposable> {
  const browser = await launchChromium(CHROMIUM_FLAGS)
  const page = await browser.newPage()
  await page.exposeFunction('onData', onData)
  // Any page of the same origin.
  await page.goto(new URL('/health/stream-capacity', url).href)
  await page.evaluate(`{
    const source = new EventSource(${JSON.stringify(url)})
    source.addEventListener('runnel.open', () => onData('open'))
    source.onmessage = ({ data }) => onData(data)
  }`)
  return {
    async [Symbol.asyncDispose]() {
      await browser.close()
    },
  }
}
