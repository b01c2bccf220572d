import { setTimeout } from 'node:timers/promises'
import { EventSource } from 'eventsource'
import { expect } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { publishText } from '../support/requests.ts'
import { countDescriptors, MEASURED, readCounts, readSettledHeap } from '../support/resources.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'
import { SEED } from './samples.ts'

/** Small bounds, so that what is published by chance does not look like a leak. */
const BOUNDS = ['--history-events=50', '--history-bytes=512KiB', '--log-bytes=2MiB']
/** Bytes of heap that a run may leave: some 30 for each input, where one that is kept takes thousands. */
const HEAP_TOLERANCE = 1024 * 1024
/** Between two events of the healthy publisher, in ms. */
const PACE = 10

/** A service with a publisher and a subscriber who do nothing wrong, and must not notice who does. */
export class Scene implements AsyncDisposable {
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

  /** Starts the service and runs `warmUp` once before the heap is looked at. */
  static async begin(warmUp: (url: string) => Promise<unknown>): Promise<Scene> {
    console.log(`FUZZ_SEED=${SEED}`)
    const scene = new Scene(await spawnServe(BOUNDS, MEASURED))
    await eventually(() => {
      expect(scene.#openings).toBe(1)
    })
    scene.#publishing = scene.#publish()
    await warmUp(scene.serve.url)
    scene.#before = await scene.#measure()
    return scene
  }

  /** Expects everything to be as it was, and the healthy ones not to have noticed anything. */
  async expectUnharmed(): Promise<void> {
    const { heap } = await this.#measure()
    console.log('HEAP', heap - this.#before.heap)
    expect(heap).toBeLessThan(this.#before.heap + HEAP_TOLERANCE)
    await eventually(() => {
      expect(countDescriptors(this.serve)).toBeLessThanOrEqual(this.#before.descriptors)
    })
    this.#isOver = true
    await this.#publishing
    const expected = Array.from({ length: this.#published }, (_, index) => `event ${index + 1}`)
    await eventually(() => {
      expect(this.#received).toEqual(expected)
    })
    expect(this.#openings).toBe(1)
    expect(this.serve.lines.filter(({ msg }) => msg === 'request failed')).toEqual([])
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
        // A client's idle connections would look like descriptors that are left open.
        headers: { Connection: 'close' },
      })
      await setTimeout(PACE)
    }
  }

  async #measure(): Promise<{ heap: number; descriptors: number }> {
    // One subscriber, and its channel: everyone else is gone.
    await eventually(async () => {
      expect(await readCounts(this.serve)).toEqual({ subscribers: 1, polls: 0, channels: 1 })
    })
    const heap = await readSettledHeap(this.serve)
    return { heap, descriptors: countDescriptors(this.serve) }
  }
}
