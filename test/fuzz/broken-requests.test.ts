import { once } from 'node:events'
import { connect } from 'node:net'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { PUBLISH } from './publish-arbitraries.ts'
import { POLL, STREAM } from './read-arbitraries.ts'
import { samples } from './samples.ts'
import { PATIENT, MonitoredService } from './monitored-service.ts'

const INPUTS = 7_000
const CONNECTIONS = 16

/** Pipelined requests with changed bytes, cut at any byte. */
const cut = fc
  .tuple(
    fc.array(fc.oneof(PUBLISH, POLL, STREAM), { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
    fc.nat(),
    fc.constantFrom('end', 'reset', 'leave'),
  )
  .map(([requests, changes, end, way]) => {
    const bytes = Buffer.concat(requests)
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte
    return { bytes: bytes.subarray(0, end % (bytes.length + 1)), way }
  })

test(
  'thousands of broken requests on connections that end anywhere harm no other client',
  PATIENT,
  async () => {
    await using service = await MonitoredService.start(async (url) => {
      await sendAll(url, INPUTS / 10)
    })

    const answers = await sendAll(service.serve.url, INPUTS)

    expect(answers.filter((answer) => /^HTTP\/1\.1 5/m.test(answer))).toEqual([])
    expect(await service.findHarm()).toEqual([])
  },
)

async function sendAll(url: string, count: number): Promise<string[]> {
  const answers: string[] = []
  const inputs = samples(cut, count)
  const send = async () => {
    for (const { bytes, way } of inputs) answers.push(await sendOne(url, bytes, way))
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, send))
  return answers
}

/** Ends the connection in one of three ways, and returns the answer so far. */
async function sendOne(url: string, bytes: Buffer, way: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.on('error', () => undefined)
  let answer = ''
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1')
  })
  await once(socket, 'connect')
  const closed = once(socket, 'close')
  socket.write(bytes, () => {
    if (way === 'end') socket.end()
    else if (way === 'reset') socket.resetAndDestroy()
    else socket.destroy()
  })
  await closed
  return answer
}
