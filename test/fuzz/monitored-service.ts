import { setTimeout } from 'node:timers/promises'
import { EventSource } from 'eventsource'
import { eventually } from '../support/eventually.ts'
import { publishText } from '../support/clients/requests.ts'
import { countDescriptors, MEASURED, readCounts, readSettledHeap } from '../support/resources.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'
import { SEED } from './samples.ts'

/** The limit for long tests. It only ends a test that would hang, however busy the machine is. */
export const PATIENT = { timeout: 180_000 }

/** Small bounds, so that accepted random events do not look like a leak. */
const BOUNDS = [
  '--history-events=50',
  '--history-bytes=512KiB',
  '--log-bytes=2MiB',
  '--max-event=2MiB',
]
/** Bytes of heap that a run may leave: some 30 for each input. An input that is kept takes thousands. */
const HEAP_TOLERANCE = 1024 * 1024
/** The number of times that descriptors are counted. */
const COUNTS = 50
/** Milliseconds between two events of the healthy publisher. */
const PACE = 10

/** A service with a healthy publisher and a healthy subscriber, which hostile input must not disturb. */
export class MonitoredService implements AsyncDisposable {
  readonly serve: ServeProcess
  readonly #stream: EventSource
  readonly #received: string[] = []
  #published = 0
  #openings = 0
  #isOver = false
  #publishing: Promise<void> | undefined
  #before = { heap: 0, descriptors: 0 }

  private constructor(serve: ServeProcess) {
    this.serve = serve
    this.#stream = new EventSource(`${serve.url}/stream/healthy`)
    this.#stream.addEventListener('message', ({ data }) => this.#received.push(String(data)))
    this.#stream.addEventListener('runnel.open', () => this.#openings++)
  }

  /** Starts the service, and runs `warmUp` once before the heap is measured. */
  static async start(warmUp: (url: string) => Promise<unknown>): Promise<MonitoredService> {
    console.log(`FUZZ_SEED=${SEED}`)
    const service = new MonitoredService(await spawnServe(BOUNDS, MEASURED))
    await eventually(() => {
      if (service.#openings === 0) throw new Error('expected a stream for the healthy subscriber')
    })
    service.#publishing = service.#publish()
    await warmUp(service.serve.url)
    service.#before = await service.#measure()
    return service
  }

  /** Finds leaks, and disturbances of the healthy publisher and subscriber; a sentence for each. */
  async findHarm(): Promise<string[]> {
    const harm: string[] = []
    const { heap, descriptors } = await this.#measure()
    const growth = heap - this.#before.heap
    if (growth > HEAP_TOLERANCE) harm.push(`${growth} bytes of heap are left`)
    const open = descriptors - this.#before.descriptors
    if (open > 0) harm.push(`${open} descriptors are open`)

    this.#isOver = true
    await this.#publishing
    await eventually(() => {
      if (this.#received.length >= this.#published) return
      throw new Error(`expected ${this.#published} events, got ${this.#received.length}`)
    })
    const isWhole = this.#received.every((data, index) => data === `event ${index + 1}`)
    if (!isWhole) harm.push('the healthy subscriber got other events')
    if (this.#openings > 1) harm.push('the healthy subscriber had to come back')
    const failures = this.serve.lines.filter(({ msg }) => msg === 'request failed')
    return [...harm, ...failures.map((line) => JSON.stringify(line))]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true
    this.#stream.close()
    await this.serve[Symbol.asyncDispose]()
    await this.#publishing?.catch(() => undefined)
  }

  async #publish(): Promise<void> {
    while (!this.#isOver) {
      this.#published++
      await publishText(this.serve.url, 'healthy', `event ${this.#published}`, {
        // Idle connections of a client would look like leaked descriptors.
        headers: { Connection: 'close' },
      })
      await setTimeout(PACE)
    }
  }

  async #measure(): Promise<{ heap: number; descriptors: number }> {
    await eventually(async () => {
      const { subscribers, polls, channels } = await readCounts(this.serve)
      if (subscribers === 1 && polls === 0 && channels === 1) return
      throw new Error(`expected all but one to be gone, got ${subscribers} streams, ${polls} polls`)
    })
    const heap = await readSettledHeap(this.serve)
    return { heap, descriptors: await this.#countDescriptors() }
  }

  /** The smallest of several counts, since connections of publishes and measurements come and go. */
  async #countDescriptors(): Promise<number> {
    let fewest = countDescriptors(this.serve)
    for (let count = 0; count < COUNTS; count++) {
      await setTimeout(PACE / 3)
      fewest = Math.min(fewest, countDescriptors(this.serve))
    }
    return fewest
  }
}
