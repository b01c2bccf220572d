/** A process that is killed with streams open takes nothing with it that was known of their openings. */
import { expect, test } from 'vitest'
import { EventStream } from '../support/clients/event-stream.ts'
import { publishText } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { OtlpReceiver } from '../support/otlp-receiver.ts'
import { forestOf } from '../support/span-forest.ts'
import { spawnServe } from '../support/serve-process.ts'

test('the opening of a stream is there whole while the stream is open, and after a SIGKILL', async () => {
  await using receiver = await OtlpReceiver.start()
  const env = { ...receiver.env, OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.name=pod-a' }
  await using serve = await spawnServe([], { env })
  const first = await publishText(serve.url, 'orders', 'before')
  await publishText(serve.url, 'orders', 'missed')
  await using stream = await EventStream.open(`${serve.url}/stream/orders?lastEventId=${first}`)
  await stream.take(1)
  const { data } = await stream.event('runnel.open')

  const [connect] = await receiver.take('GET /stream')
  const ofTrace = () => receiver.spans.filter(({ traceId }) => traceId === connect?.traceId)
  await eventually(() => expect(ofTrace()).toHaveLength(4))
  // The stream goes on meanwhile.
  await publishText(serve.url, 'orders', 'live')
  await stream.take(2)
  serve.child.kill('SIGKILL')
  expect(await serve.exited).toBe('SIGKILL')

  const below = ['authorize', 'replay', 'subscribe'].map((name) => ({
    span: `${name} internal pod-a`,
    below: [],
  }))
  expect(forestOf(ofTrace())).toEqual([{ span: 'GET /stream server pod-a', below }])
  expect(connect?.attributes).toEqual({
    'http.request.method': 'GET',
    'http.route': '/stream',
    'http.response.status_code': 200,
    'client.address': '127.0.0.1',
    'runnel.stream': (JSON.parse(data) as { stream: string }).stream,
    'runnel.channels': 1,
    'runnel.resume': 'resumed',
    'runnel.last_event_id.present': true,
    'runnel.replay.count': 1,
    'runnel.connect.outcome': 'live',
  })
  expect(receiver.named('close stream')).toEqual([])
  const dropped = [...receiver.text.matchAll(/"dropped\w+Count":(\d+)/g)].map(([, count]) => count)
  expect(new Set(dropped)).toEqual(new Set(['0']))
})
