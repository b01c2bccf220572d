import { setPriority } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'undici'
import { Histogram } from '../loadtest/driver/histogram.ts'

/** Requests a second. */
const RATE = 100
/** Comes before the load on the same core, whose work would else count as the server's. */
const FIRST = -20
const USUAL = 0

/** In ms, from the moment at which a request was due. */
export interface HealthLatency {
  readonly p50: number
  readonly p99: number
}

/** Requests a URL at fixed times on one connection. */
export async function probeHealth(url: string, seconds: number): Promise<HealthLatency> {
  prioritize(FIRST)
  const client = new Client(new URL(url).origin)
  try {
    const latencies = await probe(client, new URL(url).pathname, seconds)
    return { p50: latencies.percentile(50)! / 1e3, p99: latencies.percentile(99)! / 1e3 }
  } finally {
    await client.close()
    prioritize(USUAL)
  }
}

async function probe(client: Client, path: string, seconds: number): Promise<Histogram> {
  const latencies = new Histogram()
  const start = performance.now()
  for (let count = 0; count < RATE * seconds; count++) {
    const due = start + (count * 1_000) / RATE
    const isLate = performance.now() > due
    if (!isLate) await sleep(due - performance.now())
    // A timer that fires late is this process's fault, an answer that came late the server's.
    const from = isLate ? due : performance.now()
    const { statusCode, body } = await client.request({ method: 'GET', path })
    await body.dump()
    if (statusCode !== 200) throw new Error(`expected 200 from ${path}, got ${statusCode}`)
    latencies.record((performance.now() - from) * 1e3)
  }
  return latencies
}

function prioritize(priority: number): void {
  try {
    setPriority(priority)
  } catch {
    // Only root may; without it the latencies have some of the load's own work in them.
  }
}
