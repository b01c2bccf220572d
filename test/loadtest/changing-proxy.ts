import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { listenLocally } from '../support/local-server.ts'

/** What becomes of a block of a stream; `index` counts the blocks of that stream from 0. */
export type Change = (block: string, index: number) => readonly string[]

/** An HTTP proxy that changes what streams bring. It passes on all else as it is. */
export async function startChangingProxy(
  target: string,
  change: Change,
): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((asked, answer) => {
    const { method = 'GET', url = '/', headers } = asked
    const forwarded = request(new URL(url, target), { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, { 'content-type': reply.headers['content-type'] })
      if (reply.headers['content-type']?.startsWith('text/event-stream') === true) {
        passChanged(reply, answer, change)
      } else reply.pipe(answer)
    })
    forwarded.on('error', () => answer.destroy())
    answer.on('close', () => forwarded.destroy())
    asked.pipe(forwarded)
  })
  return listenLocally(server)
}

function passChanged(reply: IncomingMessage, answer: ServerResponse, change: Change): void {
  let rest = ''
  let index = 0
  reply.setEncoding('utf8')
  reply.on('data', (text: string) => {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop()!
    for (const block of blocks) {
      for (const changed of change(block, index++)) answer.write(`${changed}\n\n`)
    }
  })
  reply.on('end', () => answer.end())
  reply.on('error', () => answer.destroy())
}
