import { join } from 'node:path'
import { GO_ENV, type GoTool } from '../build/go-tools.ts'
import { RIG } from '../paths.ts'
import { runCommand } from '../run-command.ts'

export const KEDA_VERSION = '2.21.0'

const KEDA = 'github.com/kedacore/keda/v2'
const stamps = { [`${KEDA}/version.Version`]: KEDA_VERSION }

export const KEDA_OPERATOR: GoTool = {
  module: 'keda',
  package: `${KEDA}/cmd/operator`,
  name: 'keda-operator',
  stamps,
}

/** Serves external metrics: each request of an autoscaler goes on to the operator. */
export const KEDA_ADAPTER: GoTool = {
  module: 'keda',
  package: `${KEDA}/cmd/adapter`,
  name: 'keda-adapter',
  stamps,
}

/** KEDA, which no cluster needs: only who asks for it waits the eight minutes of its build. */
export const KEDA_TOOLS: readonly GoTool[] = [KEDA_OPERATOR, KEDA_ADAPTER]

/** The folder with KEDA's own manifests, within its Go module. */
export async function kedaConfig(): Promise<string> {
  const cwd = join(RIG, 'modules', 'keda')
  const report = await runCommand('go', ['mod', 'download', '-json', KEDA], { cwd, env: GO_ENV })
  const { Dir: folder } = JSON.parse(report) as { Dir: string }
  return join(folder, 'config')
}
