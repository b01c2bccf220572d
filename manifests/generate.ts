/**
 * Writes the manifests of this folder, which are the chart rendered: neither can say what the other does
 * not. With `--check` it writes nothing, and exits 1 if a file is not what it would write. `HELM` names the
 * helm to use.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { MINIMAL, renderMinimal } from './render-minimal.ts'

const isCheck = process.argv.includes('--check')
const text = await renderMinimal(process.env['HELM'] ?? 'helm')
if (!isCheck) writeFileSync(MINIMAL, text)
else if (read(MINIMAL) !== text) {
  console.error('manifests/minimal.yaml is out of date: run make manifests')
  process.exitCode = 1
}

function read(path: URL): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
