import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { formatRequest } from '../support/clients/raw-response.ts'

/** One of many subscribers, on a socket of its own. */
export interface Guest {
  readonly socket: Socket
  /** All that has arrived. */
  text: string
}

/** Opens so many streams of a channel and waits until each is told that it is open. */
export async function openStreams(url: string, channel: string, count: number): Promise<Guest[]> {
  const guests = await Promise.all(Array.from({ length: count }, () => arrive(url)))
  for (const { socket } of guests) socket.write(formatRequest(`/stream/${channel}`))
  await waitForAll(guests, 'runnel.open')
  return guests
}

/** A connection on which nothing has been said yet. */
export async function arrive(url: string): Promise<Guest> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port) })
  const guest = { socket, text: '' }
  socket.setEncoding('latin1')
  socket.on('data', (text: unknown) => {
    guest.text += String(text)
  })
  // A crowd is there to break connections.
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
