/** The cluster for tests, from the command line; the Makefile calls it. */
import { buildGoTool, GO_TOOLS, pathOf } from './build/go-tools.ts'
import { chooseCluster } from './choose-cluster.ts'
import type { Cluster } from './cluster.ts'
import { lockCluster } from './lock.ts'
import { obstacleToContainers } from './machine/requirements.ts'
import { testChart, testEndToEnd } from './run-tests.ts'
import { Stages } from './stages.ts'

const TOOL_NAMES = GO_TOOLS.map(({ name }) => name).join(', ')

const USAGE = `Usage: node rig/main.ts COMMAND

  up          bring up a cluster with ingress-nginx, and say how to use it
  down        end it
  chart       test what the chart renders, which needs no cluster
  e2e         bring the cluster up and run the tests in it; arguments go to vitest
  obstacle    print why this machine cannot run containers; nothing if it can
  tool NAME   build a tool and print its path: ${TOOL_NAMES}

CLUSTER says which: local (default), a node on this machine; kind; or existing, with KUBECONFIG,
INGRESS_URL and IMAGE. What is built is kept in CLUSTER_CACHE (default ~/.cache/runnel-cluster).
`

const [command = '', ...args] = process.argv.slice(2)
const stages = new Stages()
try {
  process.exitCode = await run()
  process.stderr.write(stages.summary())
} catch (error) {
  process.stderr.write(stages.summary())
  // Last, where it is seen.
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function run(): Promise<number> {
  if (['up', 'down', 'e2e', 'chart', 'tool'].includes(command)) await lockCluster()
  switch (command) {
    case 'up': {
      const cluster = chooseCluster(process.env)
      await cluster.up(stages)
      if (process.env['CLUSTER'] !== 'existing') await cluster.provideImage(stages)
      console.log(describeUse(cluster))
      return 0
    }
    case 'down':
      console.log(await chooseCluster(process.env).down())
      return 0
    case 'e2e':
      return testEndToEnd(chooseCluster(process.env), stages, args)
    case 'chart':
      return testChart(stages, args)
    case 'obstacle':
      console.log((await obstacleToContainers()) ?? '')
      return 0
    case 'tool': {
      const tool = GO_TOOLS.find(({ name }) => name === args[0])
      if (tool === undefined) throw new Error(`expected one of ${TOOL_NAMES}, got ${args[0]}`)
      await stages.run(tool.name, async () => buildGoTool(tool))
      console.log(pathOf(tool))
      return 0
    }
    case 'help':
    case '--help':
    case '-h':
      console.log(USAGE)
      return 0
  }
  console.error(USAGE)
  return 2
}

/** What to type next. */
function describeUse({ ingressUrl, env: { KUBECONFIG: config, PATH: path } }: Cluster): string {
  return [
    `The ingress answers at ${ingressUrl}. To try the chart:`,
    '',
    ...(config === undefined ? [] : [`  export KUBECONFIG=${config}`]),
    ...(path === undefined ? [] : [`  export PATH="${path.split(':')[0]}:$PATH"`]),
    '  helm install runnel charts/runnel --namespace runnel --create-namespace --wait',
    '  helm test runnel --namespace runnel --logs',
    `  curl -N ${ingressUrl}/stream/orders`,
    '',
  ].join('\n')
}
