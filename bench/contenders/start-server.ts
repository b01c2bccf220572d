import { once } from 'node:events'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Address } from '../../loadtest/driver/commands.ts'
import { MANY_SOCKETS } from '../../loadtest/driver/node-flags.ts'
import { freePort } from '../../rig/servers/free-port.ts'
import { readCpuTime, readResidentMemory } from '../../rig/servers/process-usage.ts'
import { waitFor } from '../../rig/wait-for.ts'
import { startProfile } from '../processes/cpu-profile.ts'
import { readHeap } from '../processes/node-heap.ts'
import { PinnedProcess, SERVER_CORE, type PinnedProgram } from '../processes/pinned-process.ts'
import type { MeasuredServer } from './contender.ts'

/** Milliseconds that a server may take to listen. */
const START_LIMIT = 20_000
/** Milliseconds between two tries. */
const INTERVAL = 20

/** A program that serves on a loopback address. */
export interface ServerProgram extends Omit<PinnedProgram, 'core'> {
  readonly port: number
  /** By default 127.0.0.1. */
  readonly host?: string
  /** Where a program of Node may be asked for its heap. */
  readonly inspectorPort?: number
}

/** What the load must know of a server. */
export interface ServerTraits extends Partial<Address> {
  readonly dialect: Address['dialect']
  readonly healthPath?: string
  readonly holdsBack?: number
}

/** A script of Node. It is JavaScript: a process that compiles TypeScript has more in its memory than one of users. */
export async function nodeProgram(
  script: URL,
  args: readonly string[],
): Promise<Pick<ServerProgram, 'path' | 'args' | 'inspectorPort'>> {
  const inspectorPort = await freePort()
  // The port is for later: an inspector runs only once it is asked for.
  const flags = [...MANY_SOCKETS, `--inspect-port=127.0.0.1:${inspectorPort}`]
  const path = process.execPath
  return { path, args: [...flags, fileURLToPath(script), ...args], inspectorPort }
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
  const [{ port, inspectorPort }] = programs
  const [first] = processes
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
    heap: async () => {
      if (inspectorPort === undefined) return undefined
      return first!.whileAlive(readHeap(first!.pid, inspectorPort))
    },
    profile:
      inspectorPort === undefined
        ? undefined
        : async () => first!.whileAlive(startProfile(first!.pid, inspectorPort)),
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
