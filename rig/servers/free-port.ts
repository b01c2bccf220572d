import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'

const LOWEST = 10_000

/** A program that was given a port may not have bound it yet when the next one asks. */
const given = new Set<number>()

/**
 * A loopback port that was free a moment ago, for programs that cannot let the system pick one. The port is outside
 * the range of ephemeral ports: while a program is down, an outgoing connection could otherwise take its port, and a
 * client that tries to reach the program could even be connected to itself. A process is never given a port twice.
 */
export async function freePort(): Promise<number> {
  const range = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
  const end = Number(/^\d+/.exec(range)?.[0])
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (end - LOWEST))
    if (given.has(port)) continue
    given.add(port)
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening')
    server.close()
    await once(server, 'close')
    return true
  } catch {
    return false
  }
}
