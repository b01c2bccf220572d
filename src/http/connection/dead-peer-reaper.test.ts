import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, createServer, SocketAddress, type Socket } from 'node:net'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { findDeadPeers, parseDeadPeers } from './dead-peer-reaper.ts'

/** As Linux 6 writes them: 8080 listens, and has a peer that answers and one that does not. */
const TABLE_4 = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 13540 1 0000000000000000 100 0 0 10 0                    
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 13541 1 0000000000000000 20 4 30 10 -1                   
   2: 0110C6C6:1F90 0210C6C6:D2F4 01 00000078:00000000 01:000004FB 00000006     0        0 13542 3 0000000000000000 1638 4 30 1 7                   
`
const TABLE_6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 13540 1 0000000000000000 100 0 0 10 0
   1: B80D0120000000000000000001000000:1F90 B80D0120000000000000000002000000:9C40 01 00000005:00000000 01:000004FB 0000000A     0        0 13541 3 0000000000000000 1638 4 30 1 7
   2: 0000000000000000FFFF00000100000A:1F90 0000000000000000FFFF00000200000A:9C41 01 00000005:00000000 01:000004FB 0000000F     0        0 13542 3 0000000000000000 1638 4 30 1 7
`

test('a peer that leaves bytes unacknowledged for six retransmissions is dead', () => {
  expect(parseDeadPeers(TABLE_4, 8080)).toEqual(['198.198.16.2:54004'])
})

test('peers on IPv6 are written as Node writes them, mapped ones with dots', () => {
  expect(parseDeadPeers(TABLE_6, 8080)).toEqual(['2001:db8::2:40000', '::ffff:10.0.0.2:40001'])
})

test.each([
  ['another port', '0110C6C6:1F91', '01', '00000078', '00000006'],
  ['the port on the other side', '0110C6C6:D2F4', '01', '00000078', '00000006', '0210C6C6:1F90'],
  ['no established connection', '0110C6C6:1F90', '04', '00000078', '00000006'],
  ['nothing unacknowledged', '0110C6C6:1F90', '01', '00000000', '00000006'],
  ['few retransmissions', '0110C6C6:1F90', '01', '00000078', '00000005'],
])('%s is no dead peer', (_name, local, state, queue, retransmits, remote = '0210C6C6:D2F4') => {
  const line = `   2: ${local} ${remote} ${state} ${queue}:00000000 01:000004FB ${retransmits} 0 0 13542`

  expect(parseDeadPeers(`${TABLE_4}${line}\n`, 8080)).toEqual(['198.198.16.2:54004'])
})

test.each(['', 'no table', '\n\n', TABLE_4.slice(0, 300)])('%j names no peer', (text) => {
  expect(parseDeadPeers(text, 8080)).toEqual([])
})

test('every address is written as Node writes it', () => {
  const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 })
  const zeros = fc.constantFrom(...Array.from({ length: 2 ** 8 }, (_, index) => index))
  fc.assert(
    fc.property(bytes, zeros, fc.integer({ min: 1, max: 65_535 }), (address, mask, port) => {
      // Zeros in some of the groups, or there would be nothing to compress.
      const groups = Array.from({ length: 8 }, (_, index) =>
        (mask >> index) & 1 ? 0 : (address[index * 2] ?? 0) * 256 + (address[index * 2 + 1] ?? 0),
      )
      const text = groups.map((group) => group.toString(16)).join(':')
      const written = new SocketAddress({ address: text, family: 'ipv6' }).address
      const line = `   1: ${wordsOf(groups)}:1F90 ${wordsOf(groups)}:${hex(port, 4)} 01 00000005:00000000 01:000004FB 00000006 `

      expect(parseDeadPeers(`\n${line}`, 8080)).toEqual([`${written}:${port}`])
    }),
    { numRuns: 5_000 },
  )
})

test.each(['127.0.0.1', '::1', '::'])(
  'the table of this machine has the peers of a listener on %s under the names that Node gives them',
  async (host) => {
    const server = createServer()
    server.listen(0, host)
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    const client = connect({ host: host === '::1' ? '::1' : '127.0.0.1', port })
    const [socket] = (await once(server, 'connection')) as [Socket]

    const tables = await Promise.all(['tcp', 'tcp6'].map(readTable))
    // As if the kernel had long been retransmitting to everyone.
    const silent = tables.map((table) =>
      table.replaceAll(/ 01 \w{8}:(\w{8}) (\w\w:\w{8}) \w{8} /g, ' 01 00000001:$1 $2 00000006 '),
    )
    const peers = silent.flatMap((table) => parseDeadPeers(table, port))
    // Other processes of the machine may use the same port on another address.
    expect(peers).toContain(`${socket.remoteAddress}:${socket.remotePort}`)
    expect(await findDeadPeers(port)).not.toContain(peers[0])

    client.destroy()
    server.close()
  },
)

async function readTable(name: string): Promise<string> {
  return readFile(`/proc/net/${name}`, 'latin1')
}

/** Each word of 32 bits stands in the byte order of the host. */
function wordsOf(groups: readonly number[]): string {
  const bytes = Buffer.alloc(16)
  for (const [index, group] of groups.entries()) bytes.writeUInt16BE(group, index * 2)
  return bytes.swap32().toString('hex').toUpperCase()
}

function hex(value: number, length: number): string {
  return value.toString(16).toUpperCase().padStart(length, '0')
}
