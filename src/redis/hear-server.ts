import type { Socket } from 'node:net'

/** What first comes over a connection. `line`: without its end, or cut where the server sends no ends of lines. */
export type Heard =
  | { readonly kind: 'connected' | 'end' | 'silence' }
  | { readonly kind: 'error'; readonly error: Error }
  | { readonly kind: 'line'; readonly line: string }

/** More characters are no line of a server that can be used. */
const MAX_LINE = 4_096

/** Resolves to what comes first within `ms`: a line, an error, the end, or the event by which a connection stands. */
export async function hear(
  socket: Socket,
  ms: number,
  connected?: 'connect' | 'secureConnect',
): Promise<Heard> {
  const { promise, resolve } = Promise.withResolvers<Heard>()
  let text = ''
  const finish = (heard: Heard) => {
    resolve(text === '' ? heard : { kind: 'line', line: text.split(/\r?\n/, 1)[0]! })
  }
  const listeners = {
    data: (bytes: Buffer) => {
      text += bytes.toString('latin1')
      if (text.includes('\n') || text.length > MAX_LINE) finish({ kind: 'end' })
    },
    error: (error: Error) => {
      finish({ kind: 'error', error })
    },
    close: () => {
      finish({ kind: 'end' })
    },
  }
  const onConnected = () => {
    finish({ kind: 'connected' })
  }
  const timer = setTimeout(() => {
    finish({ kind: 'silence' })
  }, ms)
  for (const [event, listener] of Object.entries(listeners)) socket.on(event, listener)
  if (connected !== undefined) socket.once(connected, onConnected)
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    for (const [event, listener] of Object.entries(listeners)) socket.off(event, listener)
    if (connected !== undefined) socket.off(connected, onConnected)
  }
}
