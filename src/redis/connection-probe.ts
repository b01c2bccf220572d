import { connect, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'
import { isReset } from './connection-errors.ts'
import { ANSWER_TIMEOUT } from './connection-options.ts'
import { hear, type Heard } from './hear-server.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/**
 * How long a server may take to refuse a connection that stands, in ms: with TLS 1.3 it looks at the certificate of
 * its client when that believes itself connected.
 */
const REFUSAL_TIME = 500

/** The first bytes of an alert of TLS, from versions 1.0 to 1.3. */
const TLS_ALERT = '\u0015\u0003'

/** The first error that one of the addresses shows. `isNew`: no connection to them has ever been made. */
export async function probeAny(
  addresses: readonly Address[],
  tlsFor: (host: string) => ConnectionOptions | undefined,
  isNew: boolean,
): Promise<Error | undefined> {
  const errors = await Promise.all(
    addresses.map(async (each) => {
      const tls = tlsFor(each.host)
      return isNew ? probeNew(each, tls) : probeConnection(each, tls)
    }),
  )
  return errors.find((error) => error !== undefined)
}

/** Another protocol explains what else a connection shows, unless the server says that itself. */
async function probeNew(
  address: Address,
  tls: ConnectionOptions | undefined,
): Promise<Error | undefined> {
  const connection = probeConnection(address, tls)
  const protocol = probeProtocol(address, tls)
  return Promise.race([
    protocol.then((error) => error ?? connection),
    connection.then((error) => (isReply(error) ? error : protocol.then((found) => found ?? error))),
  ])
}

/**
 * Connects once and resolves to the error that shows, if any. The library hides the errors of the connections on which
 * it asks sentinels and nodes for the others, and says only that they were closed. And what a server says unasked, in
 * an alert or a line, may be dropped by the system if more was sent to the server meanwhile: so the probe waits for it
 * before it sends anything.
 */
async function probeConnection(
  address: Address,
  tls: ConnectionOptions | undefined,
): Promise<Error | undefined> {
  const where = `${address.host}:${address.port}`
  using socket = open(address, tls)
  const connected = await hear(socket, ANSWER_TIMEOUT, tls ? 'secureConnect' : 'connect')
  if (connected.kind !== 'connected') return explain(where, connected)
  const unasked = await hear(socket, REFUSAL_TIME)
  if (unasked.kind === 'line' && unasked.line.startsWith('-'))
    return replyError(where, unasked.line)
  if (unasked.kind !== 'silence') return explain(where, unasked)
  socket.write('PING\r\n')
  return explain(where, await hear(socket, ANSWER_TIMEOUT))
}

/** The error of a server that speaks TLS where the URL does not, or the other way round. */
async function probeProtocol(
  address: Address,
  tls: ConnectionOptions | undefined,
): Promise<Error | undefined> {
  const where = `${address.host}:${address.port}`
  if (tls === undefined) {
    using socket = open(address, { rejectUnauthorized: false })
    const { kind } = await hear(socket, ANSWER_TIMEOUT, 'secureConnect')
    return kind === 'connected' ? speaksTls(where) : undefined
  }
  using socket = open(address, undefined)
  socket.write('PING\r\n')
  const answer = await hear(socket, ANSWER_TIMEOUT)
  if (answer.kind !== 'line' || answer.line.startsWith(TLS_ALERT)) return undefined
  // Any answer, such as that a password is needed.
  return isRedis(answer.line) ? new Error(`${where} speaks no TLS`) : explain(where, answer)
}

function open(address: Address, tls: ConnectionOptions | undefined): Socket & Disposable {
  const socket = tls === undefined ? connect(address) : connectTls({ ...tls, ...address })
  socket.on('error', () => undefined)
  return Object.assign(socket, {
    [Symbol.dispose]: () => {
      socket.destroy()
    },
  })
}

/** Undefined for an answer of Redis. */
function explain(where: string, heard: Heard): Error | undefined {
  if (heard.kind === 'silence') return new Error(`${where} does not answer: timed out`)
  if (heard.kind === 'error' && !isReset(heard.error)) return heard.error
  if (heard.kind === 'error' || heard.kind === 'end') {
    return new Error(`${where} closes connections at once`)
  }
  if (heard.kind !== 'line' || isRedis(heard.line)) return undefined
  if (heard.line.startsWith(TLS_ALERT)) return speaksTls(where)
  const words = heard.line
    .replaceAll(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 40)
  return new Error(`${where} speaks no Redis (it answers ${words})`)
}

function isRedis(line: string): boolean {
  return /^[+-]/.test(line)
}

function speaksTls(where: string): Error {
  return new Error(`${where} speaks TLS, and takes no connections without`)
}

function replyError(where: string, line: string): Error {
  return Object.assign(new Error(`${where}: ${line.slice(1)}`), { name: 'ReplyError' })
}

function isReply(error: Error | undefined): boolean {
  return error?.name === 'ReplyError'
}
