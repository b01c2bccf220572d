import type { ServerSample } from './target.ts'

/** Milliseconds for an answer: one that comes later is no sample of this second. */
const READ_TIMEOUT = 2_000

/** Milliseconds that Node adds to each delay of an event loop: it reads the resolution of its timer when it is idle. Runnel's
 * is this. */
const DELAY_RESOLUTION = 20

/** Reads the metrics at a URL; undefined where they do not answer, as those of a process that has just ended. */
export async function readServer(
  name: string,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<ServerSample | undefined> {
  try {
    const signal = AbortSignal.timeout(READ_TIMEOUT)
    const response = await fetch(url, { headers, signal, redirect: 'manual' })
    const text = await response.text()
    return response.ok ? parseServer(name, text) : undefined
  } catch {
    return undefined
  }
}

/** What Runnel, and any program with the usual metrics of a process, says in the text format of Prometheus. */
export function parseServer(name: string, text: string): ServerSample {
  const sums = sumByName(text)
  const loopDelay = sums.get('nodejs_eventloop_delay_p99_seconds')
  return {
    name,
    streams: sums.get('runnel_active_streams'),
    // Runnel does not say its CPU time. The time in which its event loop was busy is that of the one thread that serves.
    cpu: sums.get('process_cpu_seconds_total') ?? sumActiveTime(text),
    rss: sums.get('process_resident_memory_bytes'),
    heap: sums.get('v8js_memory_heap_used_bytes'),
    gc: sums.get('v8js_gc_duration_seconds_sum'),
    loopDelay:
      loopDelay === undefined ? undefined : Math.max(0, loopDelay * 1_000 - DELAY_RESOLUTION),
    descriptors: sums.get('process_open_fds'),
  }
}

/** Whether a text said anything. */
export function isSample(sample: ServerSample): boolean {
  return Object.entries(sample).some(([key, value]) => key !== 'name' && value !== undefined)
}

/** The sum of all series of each name, whatever their labels. */
function sumByName(text: string): ReadonlyMap<string, number> {
  const sums = new Map<string, number>()
  // A label's value may hold any character, but a value of a series no space, and a time may follow it.
  for (const [, name = '', value] of text.matchAll(/^([\w:]+)(?:\{.*\})? (\S+)(?: \d+)?$/gm)) {
    sums.set(name, (sums.get(name) ?? 0) + Number(value))
  }
  return sums
}

function sumActiveTime(text: string): number | undefined {
  const active = /^nodejs_eventloop_time_seconds_total\{[^}]*="active"[^}]*\} (\S+)/m.exec(text)
  return active === null ? undefined : Number(active[1])
}
