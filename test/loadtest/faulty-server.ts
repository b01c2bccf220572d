import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { parsePosition } from '../../src/wire/position.ts'
import { listenLocally } from '../support/local-server.ts'

/** What the server does wrong. `every`: to one event of so many, by its offset. */
export type Fault =
  | { readonly kind: 'none' }
  | { readonly kind: 'drop' | 'repeat' | 'reorder' | 'corrupt'; readonly every: number }
  /** The stream ends after the event, with `runnel.fault`. */
  | { readonly kind: 'fault'; readonly every: number }
  /** Each event is sent this late, in ms. */
  | { readonly kind: 'delay'; readonly by: number }
  /** Events are sent one by one, so many ms apart at least. */
  | { readonly kind: 'drip'; readonly interval: number }
  /** Events wait, and are sent all at once at this interval, in ms. */
  | { readonly kind: 'hold-back'; readonly interval: number }

export interface FaultyServer extends AsyncDisposable {
  readonly url: string
}

const EPOCH = 'faulty00'
const FAULT = 'event: runnel.fault\ndata: {"message":"planted"}\n\n'

/** A server that speaks as Runnel does, resumes rightly, and has exactly one fault in what it sends. */
export async function startFaultyServer(fault: Fault): Promise<FaultyServer> {
  const channels = new Map<string, Channel>()
  const server = createServer((request, response) => {
    void answer(channels, fault, request, response)
  })
  return listenLocally(server)
}

async function answer(
  channels: Map<string, Channel>,
  fault: Fault,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://server')
  const [, route, name = ''] = pathname.split('/')
  const channel = channels.get(name) ?? new Channel()
  channels.set(name, channel)
  if (route === 'publish') {
    const id = channel.append(await text(request))
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify({ channel: name, ids: [id] }))
    return
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' })
  const lastId = request.headers['last-event-id']
  const first = searchParams.get('from') === 'earliest' ? 0 : channel.top
  const after = parsePosition(lastId?.toString() ?? '')?.offset ?? first
  const cursor = `${EPOCH}-${after}`
  response.write(
    `retry: 100\nid: ${cursor}\nevent: runnel.open\n` +
      `data: {"stream":"s","cursor":"${cursor}","resumed":${lastId !== undefined},"heartbeat":15000}\n\n`,
  )
  const subscriber = new FaultySubscriber(fault, response)
  response.on('close', channel.follow(after, subscriber))
}

class Channel {
  readonly #events: string[] = []
  readonly #subscribers = new Set<FaultySubscriber>()

  get top(): number {
    return this.#events.length
  }

  append(data: string): string {
    const offset = this.#events.push(data)
    for (const subscriber of this.#subscribers) subscriber.send(offset, data)
    return `${EPOCH}-${offset}`
  }

  follow(after: number, subscriber: FaultySubscriber): () => void {
    for (const [index, data] of this.#events.slice(after).entries()) {
      subscriber.send(after + 1 + index, data)
    }
    this.#subscribers.add(subscriber)
    return () => {
      this.#subscribers.delete(subscriber)
      subscriber.close()
    }
  }
}

class FaultySubscriber {
  readonly #fault: Fault
  readonly #response: ServerResponse
  readonly #flushing: NodeJS.Timeout | undefined
  #withheld = ''
  /** When the next event may be sent, in ms of `performance.now`. */
  #nextAt = performance.now()

  constructor(fault: Fault, response: ServerResponse) {
    this.#fault = fault
    this.#response = response
    if (fault.kind === 'hold-back') {
      this.#flushing = setInterval(() => {
        this.#write('')
      }, fault.interval)
    }
  }

  send(offset: number, data: string): void {
    const fault = this.#fault
    const isHit = 'every' in fault && offset % fault.every === 0
    const block = `id: ${EPOCH}-${offset}\ndata: ${isHit && fault.kind === 'corrupt' ? damage(data) : data}\n\n`
    switch (fault.kind) {
      case 'none':
      case 'corrupt':
        this.#write(block)
        break
      case 'drop':
        if (!isHit) this.#write(block)
        break
      case 'repeat':
        this.#write(isHit ? block + block : block)
        break
      case 'reorder':
        if (isHit) this.#withheld = block
        else this.#writeBefore(block)
        break
      case 'delay':
        setTimeout(() => {
          this.#write(block)
        }, fault.by)
        break
      case 'drip': {
        const wait = Math.max(0, this.#nextAt - performance.now())
        setTimeout(() => {
          this.#write(block)
        }, wait)
        this.#nextAt = performance.now() + wait + fault.interval
        break
      }
      case 'fault':
        this.#write(isHit ? block + FAULT : block)
        if (isHit) this.#response.end()
        break
      case 'hold-back':
        this.#withheld += block
        break
    }
  }

  close(): void {
    clearInterval(this.#flushing)
  }

  #writeBefore(block: string): void {
    const withheld = this.#withheld
    this.#withheld = ''
    this.#response.write(block + withheld)
  }

  #write(block: string): void {
    const blocks = this.#withheld + block
    this.#withheld = ''
    if (blocks !== '' && !this.#response.writableEnded) this.#response.write(blocks)
  }
}

/** Changes one character in the middle of the filler. */
function damage(data: string): string {
  const at = Math.floor(data.length * 0.75)
  return `${data.slice(0, at)}#${data.slice(at + 1)}`
}
