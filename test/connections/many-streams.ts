import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { formatRequest } from '../support/clients/raw-response.ts'

/** One of many subscribers, on a socket of its own. */
export interface Guest {
  readonly socket: Socket
  /** All text so far. */
  text: string
}

/** Opens `count` streams of a channel and waits until each has `runnel.open`. */
export async function openStreams(url: string, channel: string, count: number): Promise<Guest[]> {
  const guests = await Promise.all(Array.from({ length: count }, () => arrive(url)))
  for (const { socket } of guests) socket.write(formatRequest(`/stream/${channel}`))
  await waitForAll(guests, 'runnel.open')
  return guests
}

/** Opens a connection, and sends nothing on it. */
export async function arrive(url: string): Promise<Guest> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  const guest = { socket, text: '' }
  socket.setEncoding('latin1')
  socket.on('data', (text: unknown) => {
    guest.text += String(text)
  })
  // Tests break these connections on purpose.
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return guest
}

export async function waitForAll(guests: readonly Guest[], text: string): Promise<void> {
  await Promise.all(guests.map(async (guest) => receive(guest, text)))
}

async function receive(guest: Guest, text: string): Promise<void> {
  const { socket } = guest
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const look = () => {
    if (guest.text.includes(text)) resolve()
  }
  const fail = () => {
    reject(new Error(`expected ${text} before the end, got ${guest.text}`))
  }
  socket.on('data', look)
  socket.on('close', fail)
  look()
  await promise
  socket.off('data', look)
  socket.off('close', fail)
}
