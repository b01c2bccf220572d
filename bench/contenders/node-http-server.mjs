/**
 * The simplest server of server-sent events: `node:http`, a `Set` of responses for each channel, one Buffer
 * for each event, one `response.write` for each subscriber. It has no history, no resume, no bounds and no heartbeats.
 * The port is the only argument. Paths are /stream/CHANNEL, /publish/CHANNEL and /health.
 */
import { createServer } from 'node:http'

/** Subscribers and the last id of each channel. */
const channels = new Map()

createServer((request, response) => {
  const channel = request.url?.split('/')[2]
  if (channel === undefined) response.end()
  else if (request.method === 'POST') publish(channelOf(channel), request, response)
  else subscribe(channelOf(channel), response)
}).listen({ host: '127.0.0.1', port: Number(process.argv[2]), backlog: 4096 })

function channelOf(name) {
  const channel = channels.get(name) ?? { subscribers: new Set(), lastId: 0 }
  channels.set(name, channel)
  return channel
}

function subscribe({ subscribers }, response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
  response.flushHeaders()
  subscribers.add(response)
  response.on('close', () => subscribers.delete(response))
}

function publish(channel, request, response) {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const event = Buffer.from(
      `id: ${++channel.lastId}\ndata: ${Buffer.concat(chunks).toString()}\n\n`,
    )
    for (const subscriber of channel.subscribers) subscriber.write(event)
    response.writeHead(204).end()
  })
}
