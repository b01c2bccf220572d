/**
 * Writes the pages of this folder that are made from the source. With `--check` it writes nothing, and
 * exits 1 if a page is not what it would write.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { format } from 'oxfmt'
import style from '../.oxfmtrc.json' with { type: 'json' }
import { VERSION } from '../src/lib/version.ts'
import { openApiDocument } from '../src/schema/openapi/openapi-document.ts'
import { renderReliability } from './render-reliability.ts'
import { renderSettings } from './render-settings.ts'

const PAGES = [
  { name: 'settings.md', render: renderSettings },
  { name: 'reliability.md', render: renderReliability },
  { name: 'openapi.json', render: () => JSON.stringify(openApiDocument(VERSION)) },
]

const isCheck = process.argv.includes('--check')
for (const { name, render } of PAGES) {
  // Formatted, since the check of the format covers these pages too.
  const { code, errors } = await format(name, render(), style)
  for (const error of errors) throw new Error(`${name}: ${error.message}`)
  const path = new URL(name, import.meta.url)
  if (!isCheck) writeFileSync(path, code)
  else if (read(path) !== code) {
    console.error(`docs/${name} is out of date: run npm run docs`)
    process.exitCode = 1
  }
}

function read(path: URL): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
