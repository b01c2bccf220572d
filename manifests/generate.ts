/**
 * Writes `minimal.yaml`, which is the chart rendered, so that the two cannot differ. `HELM` names the helm to
 * use.
 */
import { writeFileSync } from 'node:fs'
import { MINIMAL, renderMinimal } from './render-minimal.ts'

writeFileSync(MINIMAL, await renderMinimal(process.env['HELM'] ?? 'helm'))
