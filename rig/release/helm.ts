/** Runs helm on the chart. `HELM` names the binary, `HELM_3` a second one, of the oldest supported major. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export interface Helm {
  readonly name: string
  readonly path: string
}

export const HELMS: readonly Helm[] = [
  { name: 'helm', path: process.env['HELM'] ?? 'helm' },
  ...(process.env['HELM_3'] === undefined ? [] : [{ name: 'helm 3', path: process.env['HELM_3'] }]),
]

export const CHART = fileURLToPath(new URL('../../charts/runnel', import.meta.url))

const execute = promisify(execFile)

/** Resolves to the output of helm. Rejects with its errors. */
export async function runHelm({ path }: Helm, args: readonly string[]): Promise<string> {
  const { stdout } = await execute(path, args)
  return stdout
}
