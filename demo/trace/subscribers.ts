import { RawConnection } from '../../test/support/clients/raw-connection.ts'
import { CHANNEL } from './publish.ts'

/** A subscriber that reads all that comes. Resolves when its stream is open. */
export async function openReader(url: string): Promise<RawConnection> {
  const connection = await RawConnection.open(url)
  connection.send(`GET /stream/${CHANNEL} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  await connection.until('event: runnel.open')
  return connection
}

/** A subscriber that reads nothing after the begin of its stream, until it is resumed. */
export async function openSlowReader(url: string): Promise<RawConnection> {
  const connection = await openReader(url)
  connection.pause()
  return connection
}
