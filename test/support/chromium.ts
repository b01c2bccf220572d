import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const USUAL_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Starts the installed Chromium, headless, with further flags. The caller closes it. */
export async function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [...flags],
    // The sandbox needs rights that containers and root do not have. Tests load only their own pages.
    chromiumSandbox: false,
  })
}

function findChromium(): string {
  const chosen = process.env['CHROMIUM']
  const path = chosen === undefined ? USUAL_PATHS.find((usual) => existsSync(usual)) : chosen
  if (path !== undefined && existsSync(path)) return path
  throw new Error(
    chosen === undefined
      ? 'expected a Chromium, found none: run `apt-get install chromium`, or set CHROMIUM to its path'
      : `expected a Chromium at the path in CHROMIUM, found nothing at ${chosen}`,
  )
}
