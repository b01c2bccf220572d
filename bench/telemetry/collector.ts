/** Takes what is sent to it over OTLP, and forgets it. The port is the only argument. */
import { createServer } from 'node:http'

createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, { 'Content-Type': 'application/x-protobuf' }).end()
  })
}).listen({ host: '127.0.0.1', port: Number(process.argv[2]) })
