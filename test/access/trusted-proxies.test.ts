import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { RawConnection } from '../support/clients/raw-connection.ts'
import { formatRequest } from '../support/clients/raw-response.ts'
import { spawnServe, type ServeProcess } from '../support/serve-process.ts'

const FORGED = '198.51.100.66'
const CLIENT = '203.0.113.7'
const PROXY = '192.0.2.10'

/** Headers of a request, and the client that log lines must name, by the number of hops. */
const CASES = [
  { headers: [], clients: ['127.0.0.1', '127.0.0.1', '127.0.0.1'] },
  { headers: [`X-Forwarded-For: ${CLIENT}`], clients: ['127.0.0.1', CLIENT, CLIENT] },
  { headers: [`X-Forwarded-For: ${FORGED}, ${CLIENT}`], clients: ['127.0.0.1', CLIENT, FORGED] },
  {
    headers: [`X-Forwarded-For: ${FORGED}, ${CLIENT}, ${PROXY}`],
    clients: ['127.0.0.1', PROXY, CLIENT],
  },
  {
    headers: [`X-Forwarded-For: ${FORGED}`, `X-Forwarded-For: ${CLIENT},${PROXY}`],
    clients: ['127.0.0.1', PROXY, CLIENT],
  },
  { headers: [`X-Real-IP: ${FORGED}`], clients: ['127.0.0.1', '127.0.0.1', '127.0.0.1'] },
  { headers: [`Forwarded: for=${FORGED}`], clients: ['127.0.0.1', '127.0.0.1', '127.0.0.1'] },
] as const

function clientsOf(serve: ServeProcess): unknown[] {
  return serve.lines.filter(({ msg }) => msg === 'stream opened').map(({ client }) => client)
}

test.for([0, 1, 2])(
  'with %d trusted hops log lines name the client that many hops back',
  async (hops) => {
    await using serve = await spawnServe([`--trusted-hops=${hops}`, '--drain-window=0s'])
    for (const [index, { headers }] of CASES.entries()) {
      await using connection = await RawConnection.open(serve.url)
      connection.send(formatRequest('/stream/a', { headers }))
      await connection.until('runnel.open')
      await eventually(() => expect(clientsOf(serve)).toHaveLength(index + 1))
    }
    expect(clientsOf(serve)).toEqual(CASES.map(({ clients }) => clients[hops]))
  },
)
