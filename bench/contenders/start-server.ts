import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Address } from '../../loadtest/driver/commands.ts'
import { MANY_SOCKETS } from '../../loadtest/driver/node-flags.ts'
import { readCpuTime, readResidentMemory } from '../../rig/servers/process-usage.ts'
import { waitFor } from '../../rig/wait-for.ts'
import type { ProbedHeap } from '../processes/heap-probe.ts'
import { PinnedProcess, SERVER_CORE, type PinnedProgram } from '../processes/pinned-process.ts'
import type { MeasuredServer } from './contender.ts'

const PROBE_FLAGS = [
  '--expose-gc',
  `--import=${fileURLToPath(new URL('../processes/heap-probe.ts', import.meta.url))}`,
]

/** Milliseconds that a server may take to listen. */
const START_LIMIT = 20_000
/** Milliseconds between two tries. */
const INTERVAL = 20

/** A program that serves on a loopback address. */
export interface ServerProgram extends Omit<PinnedProgram, 'core'> {
  readonly port: number
  /** By default 127.0.0.1. */
  readonly host?: string
  /** Whether it is a program of Node with the probe of its heap. */
  readonly hasProbe?: boolean
}

/** What the load must know of a server. */
export interface ServerTraits extends Partial<Address> {
  readonly dialect: Address['dialect']
  readonly healthPath?: string
  readonly holdsBack?: number
}

/** The path and arguments of a script of Node. */
export function nodeCommand(
  script: URL,
  args: readonly string[],
  hasProbe: boolean,
): Pick<ServerProgram, 'path' | 'args' | 'hasProbe'> {
  const flags = hasProbe ? [...MANY_SOCKETS, ...PROBE_FLAGS] : MANY_SOCKETS
  return { path: process.execPath, args: [...flags, fileURLToPath(script), ...args], hasProbe }
}

/** Starts programs that serve one port together, and waits until all accept connections. */
export async function startServer(
  programs: readonly [ServerProgram, ...ServerProgram[]],
  { healthPath = '/health', holdsBack = 0, ...traits }: ServerTraits,
): Promise<MeasuredServer> {
  await using stack = new AsyncDisposableStack()
  const processes: PinnedProcess[] = []
  for (const program of programs) processes.push(stack.use(await startListening(program)))
  const started = stack.move()
  const [{ port, hasProbe = false }] = programs
  const url = `http://127.0.0.1:${port}`
  const pids = processes.map(({ pid }) => pid)
  return {
    address: {
      url,
      publishUrl: url,
      headers: {},
      publishHeaders: {},
      connectTo: [],
      ...traits,
    },
    processes: programs.length,
    holdsBack,
    healthUrl: `${url}${healthPath}`,
    cpuTime: () => readCpuTime(pids),
    residentMemory: () => readResidentMemory(pids),
    heap: async () => (hasProbe ? ((await processes[0]!.ask({})) as ProbedHeap).heap : undefined),
    [Symbol.asyncDispose]: async () => started.disposeAsync(),
  }
}

async function startListening(program: ServerProgram): Promise<PinnedProcess> {
  const { name, host = '127.0.0.1', port } = program
  const running = PinnedProcess.start({ ...program, core: SERVER_CORE })
  try {
    const listening = waitFor(name, START_LIMIT, async () => assertListening(host, port), INTERVAL)
    await running.whileAlive(listening)
    return running
  } catch (error) {
    await running[Symbol.asyncDispose]()
    throw error
  }
}

async function assertListening(host: string, port: number): Promise<void> {
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect')
  } finally {
    socket.destroy()
  }
}
