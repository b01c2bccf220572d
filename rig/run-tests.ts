import { join } from 'node:path'
import { buildGoTool, HELM_3, HELM_4, pathOf } from './build/go-tools.ts'
import type { Cluster } from './cluster.ts'
import { PROJECT } from './layout.ts'
import { runInForeground } from './run-command.ts'
import type { Stages } from './stages.ts'

/** Tests what the chart renders, which needs no cluster. Resolves to the exit code. */
export async function testChart(stages: Stages, args: readonly string[]): Promise<number> {
  await buildHelms(stages)
  return runProjects(stages, ['chart'], args, {})
}

/** Tests the chart, and streams through the ingress of a cluster. Resolves to the exit code. */
export async function testEndToEnd(
  cluster: Cluster,
  stages: Stages,
  args: readonly string[],
): Promise<number> {
  await cluster.up(stages)
  await buildHelms(stages)
  const image = await cluster.provideImage(stages)
  return runProjects(stages, ['chart', 'e2e'], args, {
    ...cluster.env,
    INGRESS_URL: cluster.ingressUrl,
    IMAGE: image,
  })
}

async function buildHelms(stages: Stages): Promise<void> {
  for (const tool of [HELM_4, HELM_3]) await stages.run(tool.name, async () => buildGoTool(tool))
}

async function runProjects(
  stages: Stages,
  projects: readonly string[],
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const vitest = join(PROJECT, 'node_modules/vitest/vitest.mjs')
  const flags = projects.map((name) => `--project=${name}`)
  const helms = { HELM: pathOf(HELM_4), HELM_3: pathOf(HELM_3) }
  let code = 0
  await stages.run('tests', async () => {
    const command = [vitest, 'run', ...flags, ...args]
    code = await runInForeground(process.execPath, command, { ...helms, ...env })
    return code === 0 ? 'passed' : 'failed'
  })
  return code
}
