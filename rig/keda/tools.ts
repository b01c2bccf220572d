import { join } from 'node:path'
import { RIG } from '../paths.ts'
import { runCommand } from '../run-command.ts'
import { GO_ENV, type GoTool } from './go-tools.ts'

const KEDA = 'github.com/kedacore/keda/v2'
const stamps = { [`${KEDA}/version.Version`]: '2.21.0' }

/** KEDA, which no cluster needs: only who asks for it waits the eight minutes of its build. */
export const KEDA_TOOLS: readonly GoTool[] = [
  { module: 'keda', package: `${KEDA}/cmd/operator`, name: 'keda-operator', stamps },
  { module: 'keda', package: `${KEDA}/cmd/adapter`, name: 'keda-adapter', stamps },
]

/** The folder with KEDA's CustomResourceDefinitions, within its Go module. */
export async function kedaCrds(): Promise<string> {
  const cwd = join(RIG, 'modules', 'keda')
  const report = await runCommand('go', ['mod', 'download', '-json', KEDA], { cwd, env: GO_ENV })
  const { Dir: folder } = JSON.parse(report) as { Dir: string }
  return join(folder, 'config', 'crd', 'bases')
}
