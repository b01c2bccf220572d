/**
 * What many write first: a stream is a response that stays open, and Redis passes each event on to all processes. There
 * are no ids, no history, no resume and no drain. `make loadtest SCENARIO=faults` shows what that loses.
 */
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { Redis } from 'ioredis'

const { PORT = '8080', HOST, REDIS_URL, REDIS_SENTINELS } = process.env

/** The open responses of each channel. */
const streams = new Map()

const publisher = connect()
const follower = connect()
follower.on('message', (channel, data) => {
  for (const response of streams.get(channel) ?? []) response.write(`data: ${data}\n\n`)
})

createServer((request, response) => {
  const [, action, channel] = request.url.split('/')
  if (action === 'stream') void stream(channel, response)
  else if (action === 'publish') void publish(channel, request, response)
  else response.end('ok\n')
}).listen(Number(PORT), HOST)
process.on('SIGTERM', () => process.exit(0))

async function stream(channel, response) {
  await follower.subscribe(channel)
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
  response.flushHeaders()
  const open = streams.get(channel) ?? new Set()
  streams.set(channel, open.add(response))
  response.on('close', () => open.delete(response))
}

async function publish(channel, request, response) {
  try {
    await publisher.publish(channel, await text(request))
    response.end('ok\n')
  } catch {
    response.writeHead(503).end()
  }
}

function connect() {
  if (REDIS_SENTINELS === undefined) return new Redis(REDIS_URL)
  const sentinels = REDIS_SENTINELS.split(',').map((address) => {
    const [host, port] = address.split(':')
    return { host, port: Number(port) }
  })
  return new Redis({ sentinels, name: 'runnel' })
}
