/** The log lines of streams, of a process as it runs. */
import { expect, test } from 'vitest'
import { EventStream } from '../support/clients/event-stream.ts'
import { publishText } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { spawnServe } from '../support/serve-process.ts'

test('lines of streams say how they began and ended, and hold no query, token or cookie', async () => {
  await using serve = await spawnServe(['--history-events=1'])
  const headers = {
    Authorization: 'Bearer S3cr3t-bearer',
    Cookie: 'session=S3cr3t-cookie',
    'User-Agent': 'S3cr3t-agent',
  }
  const url = `${serve.url}/stream/a?access_token=S3cr3t-query`
  const first = await publishText(serve.url, 'a', 'x')
  for (const data of ['y', 'z']) await publishText(serve.url, 'a', data)
  {
    await using fresh = await EventStream.open(url, headers)
    await fresh.event('runnel.open')
    const top = fresh.lastId
    await using back = await EventStream.open(url, { ...headers, 'Last-Event-ID': top })
    await back.event('runnel.open')
    await using late = await EventStream.open(url, { ...headers, 'Last-Event-ID': first })
    await late.event('runnel.open')
  }
  const linesOf = (message: string) => serve.lines.filter(({ msg }) => msg === message)
  await eventually(() => expect(linesOf('stream closed')).toHaveLength(3))

  expect(linesOf('stream opened').map(({ resume }) => resume)).toEqual(['none', 'resumed', 'gap'])
  for (const line of linesOf('stream opened')) {
    expect(line).toMatchObject({ level: 'info', connectMs: expect.any(Number) })
    expect(line).not.toHaveProperty('trace_id')
  }
  for (const line of linesOf('stream closed')) {
    expect(line).toMatchObject({ level: 'info', by: 'client', lastId: expect.any(String) })
  }
  expect(JSON.stringify(serve.lines)).not.toContain('S3cr3t')
})
