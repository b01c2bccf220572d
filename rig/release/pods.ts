/** The pods of a Deployment, and how they go. */
import { waitFor } from '../wait-for.ts'
import { idOf, processesOf } from './container-processes.ts'
import { kubectl } from './kubectl.ts'

export interface DeployedPods {
  readonly namespace: string
  /** As kubectl names it: `deployment/runnel`. */
  readonly deployment: string
  /** The labels of its pods, as kubectl takes them. */
  readonly selector: string
}

/** As kubectl names them: `pod/runnel-0`. */
export async function podNames({ namespace, selector }: DeployedPods): Promise<readonly string[]> {
  const flags = ['--namespace', namespace, `--selector=${selector}`]
  const names = await kubectl('get', 'pods', ...flags, '--output=name')
  return names.split('\n').filter((name) => name !== '')
}

/** Replaces all of them, as an update does. Resolves when the old ones are gone. */
export async function replacePods(pods: DeployedPods): Promise<void> {
  const { namespace, deployment } = pods
  const before = await podNames(pods)
  const flags = ['--namespace', namespace]
  await kubectl('rollout', 'restart', deployment, ...flags)
  await kubectl('rollout', 'status', deployment, ...flags, '--timeout=5m')
  await kubectl('wait', '--for=delete', ...before, ...flags, '--timeout=2m')
}

/**
 * Ends one of them without a warning. Where the node is this machine, its processes are killed, as in a crash; else the pod is
 * deleted by force. Resolves to what was done, when as many pods as before are ready.
 */
export async function crashPod(pods: DeployedPods): Promise<string> {
  const { namespace, deployment } = pods
  const [victim = ''] = await podNames(pods)
  const before = await stateOf(namespace, victim)
  const processes = [...(await processesOf(before.containers)).values()].flat()
  if (processes.length === 0) {
    await kubectl('delete', victim, '--namespace', namespace, '--grace-period=0', '--force')
  }
  for (const pid of processes) process.kill(pid, 'SIGKILL')
  const status = ['rollout', 'status', deployment, '--namespace', namespace, '--timeout=3m']
  if (processes.length > 0) {
    await waitFor('the container to start again', 120_000, async () => {
      const { restarts, isReady } = await stateOf(namespace, victim)
      if (restarts === before.restarts || !isReady) throw new Error(`${victim} is not back`)
    })
  }
  await kubectl(...status)
  return processes.length > 0 ? `killed the process of ${victim}` : `deleted ${victim} by force`
}

interface PodState {
  /** Ids of its containers. */
  readonly containers: readonly string[]
  readonly restarts: number
  readonly isReady: boolean
}

async function stateOf(namespace: string, pod: string): Promise<PodState> {
  const text = await kubectl('get', pod, '--namespace', namespace, '--output=json')
  const { status } = JSON.parse(text) as { status: { containerStatuses?: ContainerStatus[] } }
  const { containerStatuses: found = [] } = status
  return {
    containers: found.map(({ containerID = '' }) => idOf(containerID)),
    restarts: found.reduce((sum, { restartCount }) => sum + restartCount, 0),
    isReady: found.every(({ ready }) => ready),
  }
}

interface ContainerStatus {
  readonly containerID?: string
  readonly restartCount: number
  readonly ready: boolean
}
