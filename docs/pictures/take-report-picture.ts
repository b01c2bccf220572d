/** Takes the picture of the load test's page in loadtest/README.md, of a given report. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { launchChromium } from '../../test/support/chromium.ts'

const USAGE = `Usage: npm run pictures:loadtest [-- REPORT]

Writes a picture of the beginning of a load test's page, down to its plots, to docs/pictures/load-test.png.

  REPORT    the report.html of a run (build/loadtest/latest/report.html)

  CHROMIUM  path of a Chromium, unless it is installed at a usual path
`

const LATEST = 'build/loadtest/latest/report.html'
const PICTURE = fileURLToPath(new URL('load-test.png', import.meta.url))
const WIDTH = 1280
/** Rows of plots that the picture shows. */
const PLOT_ROWS = 2
/** Below the last of them. */
const MARGIN = 16

const { values, positionals } = parseArgs({
  options: { help: { type: 'boolean', short: 'h' } },
  allowPositionals: true,
})
if (values.help === true) console.log(USAGE)
else process.exitCode = await takePicture(resolve(positionals[0] ?? LATEST))

async function takePicture(report: string): Promise<number> {
  if (!existsSync(report)) {
    console.error(`expected a report, found no file ${report}: make loadtest writes one`)
    return 2
  }
  await using cleanUp = new AsyncDisposableStack()
  const browser = await launchChromium()
  cleanUp.defer(async () => browser.close())
  // So high that the picture needs no scrolling, which would draw the plots anew.
  const page = await browser.newPage({
    viewport: { width: WIDTH, height: 4 * WIDTH },
    colorScheme: 'light',
  })
  await page.goto(pathToFileURL(report).href)
  await page.locator('.plot canvas').first().waitFor()
  // A frame for the plots to be drawn, and one for them to be shown.
  await page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
  )
  const boxes = await Promise.all(
    (await page.locator('.plot').all()).map(async (plot) => plot.boundingBox()),
  )
  const ends = new Set(boxes.flatMap((box) => (box === null ? [] : [box.y + box.height])))
  const end = [...ends]
    .toSorted((a, b) => a - b)
    .slice(0, PLOT_ROWS)
    .at(-1)
  if (end === undefined) throw new Error(`expected plots on the page ${report}`)
  const clip = { x: 0, y: 0, width: WIDTH, height: Math.ceil(end) + MARGIN }
  await page.screenshot({ path: PICTURE, clip })
  return 0
}
