import { join } from 'node:path'
import { buildGoTool, HELM_3, HELM_4, pathOf } from './build/go-tools.ts'
import type { Cluster } from './cluster.ts'
import { PROJECT } from './layout.ts'
import { runInForeground } from './run-command.ts'
import type { Stages } from './stages.ts'

/** Runs the tests of the chart and of streams through the ingress. Resolves to the exit code. */
export async function runEndToEnd(
  cluster: Cluster,
  stages: Stages,
  args: readonly string[],
): Promise<number> {
  await cluster.up(stages)
  for (const tool of [HELM_4, HELM_3]) {
    await stages.run(tool.name, async () => buildGoTool(tool))
  }
  const image = await cluster.provideImage(stages)
  let code = 0
  await stages.run('tests', async () => {
    const vitest = join(PROJECT, 'node_modules/vitest/vitest.mjs')
    const projects = ['--project=chart', '--project=e2e']
    code = await runInForeground(process.execPath, [vitest, 'run', ...projects, ...args], {
      ...cluster.env,
      HELM: pathOf(HELM_4),
      HELM_3: pathOf(HELM_3),
      INGRESS_URL: cluster.ingressUrl,
      IMAGE: image,
    })
    return code === 0 ? 'passed' : 'failed'
  })
  return code
}
