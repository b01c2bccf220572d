/** The command line of the rig: brings up a Kubernetes cluster with ingress-nginx, and ends it. */
import { didYouMean } from '../src/lib/nearest-name.ts'
import { buildGoTool, GO_TOOLS, HELM_3, HELM_4, pathOf } from './build/go-tools.ts'
import { goTool, pythonTool } from './build/tool.ts'
import { chooseCluster } from './choose-cluster.ts'
import type { Cluster } from './cluster.ts'
import { K6 } from './k6/tool.ts'
import { KEDA_TOOLS } from './keda/tools.ts'
import { lockCluster } from './lock.ts'
import { obstacleToContainers } from './machine/kernel.ts'
import { MERCURE } from './mercure.ts'
import { runInForeground } from './run-command.ts'
import { GO_SSE_READERS, PYTHON_SSE_READERS } from './sse-readers/tools.ts'
import { Stages } from './stages.ts'
import { PROMETHEUS, PROMTOOL, TELEMETRY_TOOLS } from './telemetry/tools.ts'

const GO_PROGRAMS = [...GO_TOOLS, ...TELEMETRY_TOOLS, ...KEDA_TOOLS, K6, MERCURE, GO_SSE_READERS]
const TOOLS = [...GO_PROGRAMS.map(goTool), pythonTool(PYTHON_SSE_READERS)]
/** Run on this machine by the tests of a cluster. */
const TOOLS_OF_TESTS = [HELM_4, HELM_3, PROMETHEUS, PROMTOOL]
const TOOL_NAMES = TOOLS.map(({ name }) => name).join(', ')

const COMMANDS = ['up', 'exec', 'down', 'obstacle', 'tool', 'help']

const USAGE = `Usage: node rig/main.ts COMMAND

Brings up a Kubernetes cluster with ingress-nginx, and an image of this checkout in it.

  up              bring the cluster up, and print how to use it
  exec COMMAND …  bring the cluster up, and run a command with variables that lead to it:
                  INGRESS_URL, IMAGE, HELM, HELM_3, and where needed KUBECONFIG, PATH, REDIS_IMAGE,
                  JAEGER_IMAGE and AUDIT_LOG; KEDA_MANIFEST where KEDA is built
  down            end the cluster, and fail if anything of it is left
  obstacle        print why this machine cannot run containers; nothing if it can
  tool NAME       build a tool and print its path: ${TOOL_NAMES}

CLUSTER chooses the cluster: local (default), a node on this machine; kind; or existing, with KUBECONFIG,
INGRESS_URL and IMAGE. Builds are kept in CLUSTER_CACHE (default ~/.cache/runnel-cluster).
`

const [command = '', ...args] = process.argv.slice(2)
const stages = new Stages()
// Without a listener a signal ends the process without the event `exit`, and the lock stays.
process.on('SIGINT', () => process.exit(130))
process.on('SIGTERM', () => process.exit(143))
try {
  process.exitCode = await run()
  process.stderr.write(stages.summary())
} catch (error) {
  process.stderr.write(stages.summary())
  // The error comes last, where it is seen.
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function run(): Promise<number> {
  if (['up', 'exec', 'down'].includes(command)) await lockCluster()
  switch (command) {
    case 'up': {
      const cluster = chooseCluster(process.env)
      await cluster.up(stages)
      if (process.env['CLUSTER'] !== 'existing') await cluster.provideImage(stages)
      console.log(describeUse(cluster))
      return 0
    }
    case 'exec':
      return execute(chooseCluster(process.env), args)
    case 'down':
      console.log(await chooseCluster(process.env).down())
      return 0
    case 'obstacle':
      console.log((await obstacleToContainers()) ?? '')
      return 0
    case 'tool': {
      const tool = TOOLS.find(({ name }) => name === args[0])
      if (tool === undefined) {
        const [name = 'none'] = args
        const names = TOOLS.map((each) => each.name)
        throw new Error(`expected one of ${TOOL_NAMES}, got ${name}${didYouMean(name, names)}`)
      }
      // A built tool needs no lock, so that who uses the cluster may ask for one.
      if (!(await tool.isCached())) {
        await lockCluster()
        await stages.run(tool.name, tool.build)
      }
      console.log(tool.path)
      return 0
    }
    case 'help':
    case '--help':
    case '-h':
      console.log(USAGE)
      return 0
  }
  if (command !== '') {
    console.error(`expected a command, got ${command}${didYouMean(command, COMMANDS)}\n`)
  }
  console.error(USAGE)
  return 2
}

/** Brings the cluster up and runs a program against it. Resolves to the exit code of the program. */
async function execute(
  cluster: Cluster,
  [program, ...programArgs]: readonly string[],
): Promise<number> {
  if (program === undefined) throw new Error('expected a command to run: exec COMMAND …')
  await cluster.up(stages)
  for (const tool of TOOLS_OF_TESTS) await stages.run(tool.name, async () => buildGoTool(tool))
  const image = await cluster.provideImage(stages)
  const keda = await cluster.provideKeda?.(stages)
  const env = {
    ...cluster.env,
    INGRESS_URL: cluster.ingressUrl,
    IMAGE: image,
    HELM: pathOf(HELM_4),
    HELM_3: pathOf(HELM_3),
    ...(keda === undefined ? {} : { KEDA_MANIFEST: keda }),
  }
  let exitCode = 0
  await stages.run('command', async () => {
    exitCode = await runInForeground(program, programArgs, env)
    return exitCode === 0 ? 'succeeded' : `failed with ${exitCode}`
  })
  return exitCode
}

/** The commands to try next. */
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
