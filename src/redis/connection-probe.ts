import { connect, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { ANSWER_TIMEOUT } from './connection-options.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/**
 * How long a server may take to refuse a connection that stands, in ms: with TLS 1.3 it looks at the certificate of
 * its client when that believes itself connected.
 */
const REFUSAL_TIME = 500

/**
 * Connects once, sends nothing, and resolves to the error that shows, if any. The library hides the errors of the
 * connections on which it asks sentinels and nodes for the others, and says only that they were closed. And a server
 * that wants another certificate says so in an alert, which the system drops if more was sent to the server meanwhile.
 */
async function probeConnection(
  address: Address,
  tls: ConnectionOptions | undefined,
): Promise<Error | undefined> {
  if (tls === undefined) return watch(connect(address), 'connect')
  return watch(connectTls({ ...tls, ...address }), 'secureConnect')
}

/** The error of a server that speaks TLS where the URL does not, or the other way round. */
async function probeProtocol(
  address: Address,
  tls: ConnectionOptions | undefined,
): Promise<Error | undefined> {
  const where = `${address.host}:${address.port}`
  if (tls !== undefined) {
    return (await speaksPlain(address)) ? new Error(`${where} speaks no TLS`) : undefined
  }
  if (!(await speaksTls(address))) return undefined
  return new Error(`${where} speaks TLS, and takes no connections without`)
}

/** The first error that one of the addresses shows. `isNew`: no connection to them has ever been made. */
export async function probeAny(
  addresses: readonly Address[],
  tlsFor: (host: string) => ConnectionOptions | undefined,
  isNew: boolean,
): Promise<Error | undefined> {
  const errors = await Promise.all(
    addresses.map(async (each) => {
      const tls = tlsFor(each.host)
      const error = await probeConnection(each, tls)
      return error ?? (isNew ? probeProtocol(each, tls) : undefined)
    }),
  )
  return errors.find((error) => error !== undefined)
}

async function speaksTls(address: Address): Promise<boolean> {
  const socket = connectTls({ ...address, rejectUnauthorized: false })
  let isSecure = false
  socket.once('secureConnect', () => {
    isSecure = true
    socket.destroy()
  })
  await watch(socket)
  return isSecure
}

async function speaksPlain(address: Address): Promise<boolean> {
  const socket = connect(address)
  let answer = ''
  socket.once('data', (bytes) => {
    answer = bytes.toString('latin1')
    socket.destroy()
  })
  socket.write('PING\r\n')
  await watch(socket)
  // Any answer, such as that a password is needed; a server that speaks TLS answers with an alert.
  return /^[+-]/.test(answer)
}

/** Resolves when the connection ends, or has stood for a while since the event. */
async function watch(
  socket: Socket,
  connected?: 'connect' | 'secureConnect',
): Promise<Error | undefined> {
  const { promise, resolve } = Promise.withResolvers<Error | undefined>()
  const finish = () => {
    resolve(undefined)
  }
  let timer = setTimeout(finish, ANSWER_TIMEOUT)
  if (connected !== undefined) {
    socket.once(connected, () => {
      clearTimeout(timer)
      timer = setTimeout(finish, connected === 'secureConnect' ? REFUSAL_TIME : 0)
    })
  }
  socket.once('error', resolve)
  socket.once('close', finish)
  // Without a reader the end of the connection would not show.
  socket.resume()
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    socket.on('error', () => undefined)
    socket.destroy()
  }
}
