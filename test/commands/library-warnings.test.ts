/** What libraries write to the console is a log line, so that standard error stays empty. */
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { spawnServe } from '../support/serve-process.ts'

test('what the Redis client warns of at each attempt to connect is one log line', async () => {
  let attempts = 0
  const server = createServer((socket) => {
    attempts++
    socket.on('error', () => undefined)
    socket.end('-ERR Client sent AUTH, but no password is set\r\n')
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await using service = await spawnServe([`--redis-url=redis://:sesame@127.0.0.1:${port}`])
  await eventually(() => {
    expect(attempts).toBeGreaterThan(6)
    expect(service.lines.filter(({ msg }) => msg === 'a library warns')).toMatchObject([
      { level: 'warn', detail: expect.stringMatching(/does not require a password/) },
    ])
  })
  expect(service.errors).toEqual([])
  server.close()
})
