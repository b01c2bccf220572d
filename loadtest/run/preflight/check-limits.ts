import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { joinFindings, NO_FINDINGS, problem, type Findings } from './findings.ts'

/** Of a driver besides its subscribers: Node's own, the channel to the parent, publishes. */
const OWN_DESCRIPTORS = 100

const PORT_RANGE = '/proc/sys/net/ipv4/ip_local_port_range'

export interface Needs {
  readonly subscribers: number
  /** Among which the subscribers are shared. */
  readonly drivers: number
  /** Addresses that the load goes to. */
  readonly destinations: readonly string[]
}

/** Whether this machine can open so many connections. */
export function checkLimits(needs: Needs): Findings {
  return joinFindings([checkDescriptors(needs), checkPorts(needs)])
}

/** Node raises the soft limit of each of its processes to the hard one, so that only the hard limit counts. */
function checkDescriptors({ subscribers, drivers }: Needs): Findings {
  const needed = Math.ceil(subscribers / drivers) + OWN_DESCRIPTORS
  const hard = readHardLimit()
  if (needed <= hard) return NO_FINDINGS
  const wide = Math.ceil(subscribers / Math.max(1, hard - OWN_DESCRIPTORS))
  const spread = hard > OWN_DESCRIPTORS ? `, or --drivers ${wide}` : ''
  return problem(
    `expected a process that may open ${needed} files for ${Math.ceil(subscribers / drivers)} subscribers, ` +
      `the hard limit is ${hard} (ulimit -Hn): raise it (as root: ulimit -n ${needed}; systemd: LimitNOFILE=; ` +
      `docker: --ulimit nofile=${needed})${spread}, or --subscribers ${Math.max(1, (hard - OWN_DESCRIPTORS) * drivers)}`,
  )
}

function readHardLimit(): number {
  const limit = execFileSync('sh', ['-c', 'ulimit -H -n'], { encoding: 'utf8' }).trim()
  return limit === 'unlimited' ? Infinity : Number(limit)
}

/**
 * Connections to one address and port need a local port each. On a loopback address the drivers take source addresses
 * of 127.0.0.0/8 in turns, which have enough.
 */
function checkPorts({ subscribers, destinations }: Needs): Findings {
  if (destinations.every((address) => address.startsWith('127.'))) return NO_FINDINGS
  const range = readPortRange()
  if (range === undefined) return NO_FINDINGS
  const [first, last] = range
  const available = (last - first + 1) * destinations.length
  if (subscribers <= available) return NO_FINDINGS
  return problem(
    `expected a local port for each of ${subscribers} subscribers, there are ${available} for ` +
      `${destinations.join(', ')} (${PORT_RANGE}: ${first} to ${last}): widen the range ` +
      `(sysctl -w net.ipv4.ip_local_port_range="1024 65535"), load more addresses, or --subscribers ${available}`,
  )
}

function readPortRange(): readonly [first: number, last: number] | undefined {
  try {
    const [first, last] = readFileSync(PORT_RANGE, 'utf8').trim().split(/\s+/).map(Number)
    return first === undefined || last === undefined ? undefined : [first, last]
  } catch {
    // Other systems than Linux have no such file.
    return undefined
  }
}
