/** Takes the pictures of Jaeger in docs/operations/tracing.md, of real processes and traces. */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startJaeger, startProcesses } from '../../demo/trace/servers.ts'
import { launchChromium } from '../../test/support/chromium.ts'
import { JaegerPage } from './jaeger-page.ts'
import { deliverSlowly, dropDelivery, openAndClose } from './scenes.ts'

const USAGE = `Usage: npm run pictures [-- --jaeger-ui FOLDER]

Starts Jaeger, Redis and three processes of the service, and writes pictures of their traces to docs/pictures.

  --jaeger-ui FOLDER  the built web page of Jaeger, which one built from its Go module does not have

  JAEGER    path of a released Jaeger 2, which has its page
  CHROMIUM  path of a Chromium, unless it is installed at a usual path
`

/** Rows of the timeline, and of details. */
const SPANS = '.span-row, .detail-row'

const FOLDER = fileURLToPath(new URL('.', import.meta.url))

const options = {
  'jaeger-ui': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const
const { values } = parseArgs({ options })
if (values.help === true) console.log(USAGE)
else process.exit(await takePictures(values['jaeger-ui']))

async function takePictures(webPage: string | undefined): Promise<number> {
  const { JAEGER } = process.env
  if (webPage === undefined && JAEGER === undefined) {
    console.error(`expected a Jaeger with a web page\n\n${USAGE}`)
    return 2
  }
  await using servers = new AsyncDisposableStack()
  const jaeger = servers.use(await startJaeger({ JAEGER, JAEGER_UI: webPage }))
  const [first, second, third] = await startProcesses(jaeger, servers)
  if (first === undefined || second === undefined || third === undefined) {
    console.error('expected the command redis-server, without which there is one process only')
    return 1
  }
  const browser = await launchChromium()
  servers.defer(async () => browser.close())
  const page = await JaegerPage.open(browser, jaeger.url, FOLDER)

  const slow = await deliverSlowly(jaeger, [first, second])
  await page.openTrace(slow.traceId)
  await page.takePicture('publish', SPANS)
  await page.expandSpan(slow.spanId)
  await page.takePicture('slow-delivery', SPANS)

  const dropped = await dropDelivery(jaeger, [first, second])
  await page.openTrace(dropped.traceId)
  await page.expandSpan(dropped.spanId)
  await page.takePicture('dropped-delivery', SPANS)

  await page.searchStream(await openAndClose(jaeger, third))
  await page.takePicture('stream-search', '.ResultItem')
  return 0
}
