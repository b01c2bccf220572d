/**
 * The simplest server of server-sent events: `node:http`, one `Set` of responses, one Buffer for each event, one
 * `response.write` for each subscriber. It has no history, no resume, no bounds and no heartbeats. The port is the
 * only argument; the paths are those of the service, so that the same load works with both.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'

const subscribers = new Set<ServerResponse>()
let lastId = 0

createServer((request, response) => {
  if (request.method === 'POST') publish(request, response)
  else subscribe(response)
}).listen({ host: '127.0.0.1', port: Number(process.argv[2]), backlog: 4096 })

function subscribe(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
  response.flushHeaders()
  subscribers.add(response)
  response.on('close', () => subscribers.delete(response))
}

function publish(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const event = Buffer.from(`id: ${++lastId}\ndata: ${Buffer.concat(chunks).toString()}\n\n`)
    for (const subscriber of subscribers) subscriber.write(event)
    response.writeHead(204).end()
  })
}
