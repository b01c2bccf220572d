import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { sendAll } from './pipelined-requests.ts'
import { POLL, STREAM } from './read-arbitraries.ts'
import { samples } from './samples.ts'
import { PATIENT, MonitoredService } from './monitored-service.ts'

const POLLS = 35_000
const STREAMS = 3_000
const CONNECTIONS = 4

test(
  'thousands of polls and streams with malformed cursors and queries harm no other client',
  PATIENT,
  async () => {
    await using service = await MonitoredService.start(async (url) => {
      await pollAll(url, POLLS / 10)
      await streamAll(url, STREAMS / 10)
    })

    const polls = await pollAll(service.serve.url, POLLS)
    const streams = await streamAll(service.serve.url, STREAMS)

    for (const statuses of [polls, streams]) {
      expect(statuses.filter((status) => status >= 500)).toEqual([])
    }
    expect([polls.length, streams.length]).toEqual([POLLS, STREAMS])
    expect(await service.findHarm()).toEqual([])
  },
)

async function pollAll(url: string, count: number): Promise<number[]> {
  const statuses: number[] = []
  const inputs = samples(POLL, count)
  const send = async () => sendAll(url, inputs, (status) => statuses.push(status))
  await Promise.all(Array.from({ length: CONNECTIONS }, send))
  return statuses
}

async function streamAll(url: string, count: number): Promise<number[]> {
  const statuses: number[] = []
  const inputs = samples(STREAM, count)
  const open = async () => {
    for (const input of inputs) statuses.push(await openStream(url, input))
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, open))
  return statuses
}

/** Resets the connection at the first bytes of the answer, and returns the status. */
async function openStream(url: string, request: Buffer): Promise<number> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  socket.write(request)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.resetAndDestroy()
  return Number(answer.toString('latin1', 9, 12))
}
