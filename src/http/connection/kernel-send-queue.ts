import { formatPeer, readSocketTables } from './kernel-socket-table.ts'

/** The ends of a connection, as a `net.Socket` has them. */
export interface ConnectionEnds {
  readonly localPort?: number | undefined
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
}

/** One reading of the kernel's table, which serves all calls that come before it begins. */
interface Reading {
  readonly remotePorts: Set<number | undefined>
  /** Bytes by connection; undefined on a system without the table. */
  readonly queues: Promise<ReadonlyMap<string, number> | undefined>
}

/** Begins when `last` is over: readings never overlap, however many calls come. */
let next: Reading | undefined
let last: Promise<unknown> = Promise.resolve()

/**
 * The bytes of a connection that its peer has not acknowledged, which the command `ss` calls Send-Q.
 * Undefined on a system without the kernel's table.
 */
export async function findSendQueue(connection: ConnectionEnds): Promise<number | undefined> {
  const { localPort, remoteAddress, remotePort } = connection
  next ??= scheduleReading()
  next.remotePorts.add(remotePort)
  const queues = await next.queues
  return queues && (queues.get(`${localPort} ${remoteAddress}:${remotePort}`) ?? 0)
}

function scheduleReading(): Reading {
  const remotePorts = new Set<number | undefined>()
  const queues = last.then(async () => {
    next = undefined
    return readSendQueues(remotePorts)
  })
  last = queues.then(() => undefined)
  return { remotePorts, queues }
}

async function readSendQueues(
  remotePorts: ReadonlySet<number | undefined>,
): Promise<ReadonlyMap<string, number> | undefined> {
  const connections = await readSocketTables()
  if (connections === undefined) return undefined
  const queues = new Map<string, number>()
  for (const connection of connections) {
    if (!remotePorts.has(connection.remotePort)) continue
    queues.set(`${connection.localPort} ${formatPeer(connection)}`, connection.bytes)
  }
  return queues
}
