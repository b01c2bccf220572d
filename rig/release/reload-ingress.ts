import { waitFor } from '../wait-for.ts'
import { kubectl, kubectlWith } from './kubectl.ts'

/** What nginx grants its old workers, unless the ConfigMap of the controller says otherwise. */
const DEFAULT_SHUTDOWN = '240s'
/** In ms. The controller gathers changes before it writes its configuration. */
const RELOAD_TIME = 60_000
/** In ms. Each look runs a command in the controller's pod. */
const INTERVAL = 1_000

const HOST = 'another-team.test'

/** Prints the process id and the title of each process. */
const LIST_PROCESSES =
  'for p in /proc/[0-9]*; do echo "${p#/proc/} $(tr "\\0" " " < "$p/cmdline")"; done 2>/dev/null'

interface ControllerPod {
  readonly namespace: string
  readonly name: string
}

/**
 * Makes ingress-nginx reload twice, as each team does that adds a host to a shared ingress and takes it away: its old
 * workers end, and with them all streams that they carry. Resolves when they are gone.
 */
export async function reloadIngress(
  { namespace, service }: { readonly namespace: string; readonly service: string },
  tell: (what: string) => void,
): Promise<void> {
  const pods = await controllerPods()
  const limit = await shutdownTimeout(pods[0])
  tell(`nginx ends its old workers after ${limit / 1000} s at the latest`)
  const ingress = foreignIngress(namespace, service)
  for (const verb of ['apply', 'delete']) {
    const before = await Promise.all(pods.map(workersOf))
    await kubectlWith(ingress, verb)
    await Promise.all(
      pods.map(async (pod, index) => waitForNewWorkers(pod, before[index] ?? [], limit)),
    )
    tell('nginx has reloaded, and its old workers are gone')
  }
}

async function waitForNewWorkers(
  pod: ControllerPod,
  before: readonly string[],
  limit: number,
): Promise<void> {
  const check = async () => {
    const workers = await workersOf(pod)
    if (workers.length === 0) throw new Error('no worker of nginx is seen')
    const left = workers.filter((pid) => before.includes(pid))
    if (left.length > 0) throw new Error(`${left.length} old workers of nginx are left`)
  }
  await waitFor('nginx to reload', RELOAD_TIME + limit, check, INTERVAL)
}

/** The ids of its processes that serve or end. */
async function workersOf({ namespace, name }: ControllerPod): Promise<readonly string[]> {
  const flags = ['--namespace', namespace, '--container=controller']
  const lines = await kubectl('exec', name, ...flags, '--', 'sh', '-c', LIST_PROCESSES)
  return [...lines.matchAll(/^(\d+) nginx: worker process/gm)].map(([, pid = '']) => pid)
}

async function controllerPods(): Promise<readonly ControllerPod[]> {
  const selector = '--selector=app.kubernetes.io/name=ingress-nginx'
  const flags = ['--all-namespaces', selector, '--field-selector=status.phase=Running']
  const { items } = JSON.parse(await kubectl('get', 'pods', ...flags, '--output=json')) as {
    readonly items: readonly { readonly metadata: ControllerPod }[]
  }
  if (items.length === 0) throw new Error('expected a running pod of ingress-nginx')
  return items.map(({ metadata: { namespace, name } }) => ({ namespace, name }))
}

/** In ms. */
async function shutdownTimeout(pod: ControllerPod | undefined): Promise<number> {
  const path = '--output=jsonpath={.data.worker-shutdown-timeout}'
  const flags = ['--namespace', pod?.namespace ?? '', '--ignore-not-found', path]
  const text = await kubectl('get', 'configmap', 'ingress-nginx-controller', ...flags)
  const [, number, unit] = /^(\d+)(ms|s|m)?$/.exec(text || DEFAULT_SHUTDOWN) ?? []
  const factor = unit === 'ms' ? 1 : unit === 'm' ? 60_000 : 1_000
  return Number(number) * factor
}

/** The Ingress as JSON, which kubectl accepts too. */
function foreignIngress(namespace: string, service: string): string {
  const backend = { service: { name: service, port: { name: 'http' } } }
  const paths = [{ path: '/poll', pathType: 'Prefix', backend }]
  return JSON.stringify({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'another-team', namespace },
    spec: { ingressClassName: 'nginx', rules: [{ host: HOST, http: { paths } }] },
  })
}
