import { once } from 'node:events'
import { Agent } from 'node:https'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { ask, MetricsApi, SERVICE_HOST, USER } from '../../../test/support/metrics-api.ts'

const PATH = '/apis/custom.metrics.k8s.io/v1beta2'

async function openConnection(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  onTestFinished(() => {
    socket.destroy()
  })
  await once(socket, 'connect')
  return socket
}

function keptAgent(): Agent {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => {
    agent.destroy()
  })
  return agent
}

test('clients that hold connections open keep the front proxy neither out nor off', async () => {
  await using api = await MetricsApi.start({ limits: { connections: 8, handshake: 600_000 } })
  const agent = keptAgent()
  const frontProxy = { agent, ca: api.caBundle, ...api.frontProxyCertificate, headers: USER }
  expect(await ask(api.port, PATH, frontProxy)).toMatchObject({ status: 200 })
  const [kept] = Object.values(agent.freeSockets).flat()

  const silent = await Promise.all(Array.from({ length: 40 }, () => openConnection(api.port)))
  await eventually(() => {
    expect(silent.filter(({ closed }) => closed).length).toBe(33)
  })
  expect(await api.get(PATH)).toMatchObject({ status: 200 })
  expect(await ask(api.port, PATH, frontProxy)).toMatchObject({ status: 200 })
  expect(kept?.destroyed).toBe(false)
  expect(Object.values(agent.freeSockets).flat()).toStrictEqual([kept])
})

test('connections beyond the bound are dropped where all are of the front proxy', async () => {
  await using api = await MetricsApi.start({ limits: { connections: 2 } })
  const frontProxy = { ca: api.caBundle, ...api.frontProxyCertificate, headers: USER }
  await ask(api.port, PATH, { ...frontProxy, agent: keptAgent() })
  await ask(api.port, PATH, { ...frontProxy, agent: keptAgent() })
  const socket = await openConnection(api.port)
  await eventually(() => {
    expect(socket.closed).toBe(true)
  })
})

test('a connection without a handshake ends', async () => {
  await using api = await MetricsApi.start({ limits: { handshake: 50 } })
  const socket = await openConnection(api.port)
  await eventually(() => {
    expect(socket.closed).toBe(true)
  })
})

test('a connection without a request ends, and one whose request stays unfinished', async () => {
  await using api = await MetricsApi.start({ limits: { headers: 50 } })
  const options = { port: api.port, ca: api.caBundle, servername: SERVICE_HOST }
  const sockets = [connectTls(options), connectTls(options)]
  sockets[1]?.write('GET /healthz HTTP/1.1\r\nHost: ')
  for (const socket of sockets) socket.on('error', () => {}).resume()
  await eventually(() => {
    expect(sockets.map(({ closed }) => closed)).toStrictEqual([true, true])
  })
})

test('only the front proxy keeps a connection', async () => {
  await using api = await MetricsApi.start()
  const agent = keptAgent()
  const anonymous = { agent, ca: api.caBundle }
  for (const path of [PATH, '/healthz', '/readyz', '/livez']) {
    const { headers } = await ask(api.port, path, anonymous)
    expect(headers['connection']).toBe('close')
  }
  const frontProxy = { ...anonymous, ...api.frontProxyCertificate, headers: USER }
  const { headers } = await ask(api.port, PATH, frontProxy)
  expect(headers['connection']).toBe('keep-alive')
})

test('headers beyond their bound are refused', async () => {
  await using api = await MetricsApi.start({ limits: { headerBytes: 4_096 } })
  const headers = { ...USER, 'X-Remote-Group': 'a'.repeat(5_000) }
  expect(await api.get(PATH, { headers })).toMatchObject({ status: 431 })
})

test('handshakes fail until there is a certificate, and the server closes beside open connections', async () => {
  let isThere = false
  await using holder = await MetricsApi.start()
  await using api = await MetricsApi.start({
    certificate: () => (isThere ? holder.certificate : undefined),
  })
  await expect(api.get('/healthz', { ca: holder.caBundle })).rejects.toThrow('handshake failure')
  isThere = true
  expect(await api.get('/healthz', { ca: holder.caBundle })).toMatchObject({ status: 200 })
  await openConnection(api.port)
})

test('a failure of the source is reported and answered without its message', async () => {
  const failures: unknown[] = []
  await using api = await MetricsApi.start({
    subscribers: () => {
      throw new Error('secret')
    },
    report: (error) => failures.push(error),
  })
  const answer = await api.get(`${PATH}/namespaces/a/streamcapacities.runnel.dev/b/subscribers`)
  expect(answer).toMatchObject({ status: 500, body: { kind: 'Status', reason: 'InternalError' } })
  expect(JSON.stringify(answer.body)).not.toContain('secret')
  expect(failures).toHaveLength(1)
})

test('an address that is taken rejects', async () => {
  await using api = await MetricsApi.start()
  await expect(MetricsApi.start({}, api.port)).rejects.toThrow('EADDRINUSE')
})
