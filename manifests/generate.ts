/**
 * Writes the manifests of this folder, which are the chart rendered: neither can say what the other does
 * not. `HELM` names the helm to use.
 */
import { writeFileSync } from 'node:fs'
import { MINIMAL, renderMinimal } from './render-minimal.ts'

writeFileSync(MINIMAL, await renderMinimal(process.env['HELM'] ?? 'helm'))
