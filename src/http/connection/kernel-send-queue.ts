import { formatPeer, parseSocketTable, readSocketTables } from './kernel-socket-table.ts'

/** What names a connection among those of the machine; a socket does. */
export interface Connection {
  readonly localPort?: number | undefined
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
}

/** A reading of the kernel's table for all who ask before it begins. */
interface Reading {
  readonly remotePorts: Set<number | undefined>
  /** Bytes by connection; undefined where there is no table. */
  readonly queues: Promise<ReadonlyMap<string, number> | undefined>
}

/** The one that is to begin when `last` is over: they never overlap, however many ask. */
let next: Reading | undefined
let last: Promise<unknown> = Promise.resolve()

/**
 * How many bytes the kernel holds for a connection's peer that the peer has not acknowledged, which the
 * command `ss` calls Send-Q. Undefined where the kernel does not tell.
 */
export async function findSendQueue(connection: Connection): Promise<number | undefined> {
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
  const tables = await readSocketTables()
  if (tables.length === 0) return undefined
  const queues = new Map<string, number>()
  for (const connection of tables.flatMap(parseSocketTable)) {
    if (!remotePorts.has(connection.remotePort)) continue
    queues.set(`${connection.localPort} ${formatPeer(connection)}`, connection.bytes)
  }
  return queues
}
