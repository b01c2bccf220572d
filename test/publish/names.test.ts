import { afterAll, beforeAll, expect, test } from 'vitest'
import { EventStream } from '../support/clients/event-stream.ts'
import { acceptedIds, poll, post, publishText, readProblem } from '../support/clients/requests.ts'
import { startTestService, type TestService } from '../support/service.ts'

let service: TestService

beforeAll(async () => {
  service = await startTestService()
})

afterAll(() => service[Symbol.asyncDispose]())

const ACCEPTED = [
  'message',
  'a',
  'x'.repeat(128),
  'é'.repeat(64),
  '🚀'.repeat(32),
  ' leading',
  'trailing ',
  ' ',
  ':colon',
  'order: placed',
  'Error',
  'OPEN',
  'runnel',
  'runnelx',
  'ping',
  '__proto__',
  'constructor',
  'toString',
  '\u2028',
  '\uFEFFmark',
  'שלום\u200F',
]

const REFUSED = [
  ['is empty', '', 'empty'],
  ['has 129 bytes', 'x'.repeat(129), '128 bytes'],
  ['has 130 bytes in 65 characters', 'é'.repeat(65), '128 bytes'],
  ['has 8 KiB', 'x'.repeat(8_192), '128 bytes'],
  ['holds LF', 'a\nb', 'control'],
  ['holds CR', 'a\rb', 'control'],
  ['would forge a field', 'a\r\ndata: forged', 'control'],
  ['holds NUL', 'a\0', 'control'],
  ['holds VT', '\v', 'control'],
  ['holds FF', '\f', 'control'],
  ['holds NEL', '\u0085', 'control'],
  ['holds DEL', '\u007F', 'control'],
  ['is error', 'error', '"error"'],
  ['is open', 'open', '"open"'],
  ['is the prefix of Runnel', 'runnel.', '"runnel."'],
  ['is one of Runnel', 'runnel.gap', '"runnel."'],
] as const

test('streams and polls carry the name, and streams omit the default', async () => {
  for (const event of ACCEPTED) await publishText(service.url, 'names', 'a', { event })
  await using stream = await EventStream.open(`${service.url}/stream/names?from=earliest`)
  const streamed = await stream.take(ACCEPTED.length)
  expect(streamed.map(({ event }) => event)).toEqual(ACCEPTED)
  const { events } = await poll(service.url, '/poll/names?from=earliest')
  expect(events.map(({ event }) => event)).toEqual(ACCEPTED)
})

test('an event without a name is a message', async () => {
  await publishText(service.url, 'nameless', 'a')
  await acceptedIds(await post(`${service.url}/publish/nameless`, 'application/json', '{"data":1}'))
  const { events } = await poll(service.url, '/poll/nameless?from=earliest')
  expect(events.map(({ event }) => event)).toEqual(['message', 'message'])
})

test.for(REFUSED)('a name that %s is refused', async ([, name, reason]) => {
  const url = `${service.url}/publish/refused`
  const line = JSON.stringify({ event: name, data: 'a' })
  const query = new URLSearchParams({ event: name }).toString()
  const responses = [
    await post(`${url}?${query}`, 'text/plain', 'a'),
    await post(url, 'application/json', line),
    await post(url, 'application/x-ndjson', `{"data":1}\n${line}`),
  ]
  for (const response of responses) {
    const { status, detail } = await readProblem(response)
    expect([status, detail]).toEqual([400, expect.stringContaining('event: ')])
    expect(detail).toContain(reason)
  }
  expect((await poll(service.url, '/poll/refused?from=earliest')).events).toEqual([])
})

test.for([
  ['{"event":1,"data":1}', 'event: '],
  ['{"event":null,"data":1}', 'event: '],
  ['{"event":["a"],"data":1}', 'event: '],
  [String.raw`{"event":"\ud800","data":"a"}`, 'event: '],
  [String.raw`{"event":"\ud800","data":1}`, 'event: '],
  [String.raw`{"data":"\ud800"}`, 'data: '],
  [String.raw`{"data":"a\udc00b"}`, 'data: '],
  [String.raw`{"data":["\ud800"]}`, 'data: '],
  [String.raw`{"data":{"\udfff":1}}`, 'data: '],
  ['{"event":"a"}', 'data: '],
  ['{}', 'data: '],
  ['{"data":1,"Data":2}', '"Data"'],
  ['{"data":1,"id":"7"}', '"id"'],
  ['{"data":1,"retry":7}', '"retry"'],
  ['{"data":1,"__proto__":{}}', '"__proto__"'],
  ['[{"data":1}]', 'object'],
  ['"data"', 'object'],
  ['null', 'object'],
  ['', 'JSON'],
  ['{"data":1', 'JSON'],
  ['{"data":01}', 'JSON'],
  ['{"data":NaN}', 'JSON'],
  ['\uFEFF{"data":1}', 'JSON'],
] as const)('the JSON event %s is refused, naming %s', async ([body, named]) => {
  const url = `${service.url}/publish/refused`
  const alone = await readProblem(await post(url, 'application/json', body))
  expect([alone.status, alone.detail]).toEqual([400, expect.stringContaining(named)])
  if (body === '') return
  const third = `{"data":1}\n\n${body}`
  const amongLines = await readProblem(await post(url, 'application/x-ndjson', third))
  expect(amongLines.detail).toContain('line 3: ')
  expect(amongLines.detail).toContain(named)
  expect((await poll(service.url, '/poll/refused?from=earliest')).events).toEqual([])
})

test.for(['application/json', 'application/x-ndjson'])(
  'event= is accepted with a text only, not with %s',
  async (type) => {
    const url = `${service.url}/publish/refused?event=a`
    const { status, detail } = await readProblem(await post(url, type, '{"data":1}'))
    expect([status, detail]).toEqual([400, expect.stringContaining('event')])
  },
)

test.for(['%FF', 'a%C3', '%ED%A0%80', '%C0%AF'])(
  'event=%s is refused as invalid UTF-8',
  async (name) => {
    const url = `${service.url}/publish/refused?event=${name}`
    const { status, detail } = await readProblem(await post(url, 'text/plain', 'a'))
    expect([status, detail]).toEqual([400, expect.stringMatching(/^event: .*UTF-8/)])
  },
)

test.for([
  ['%EF%BF%BD', '\uFFFD'],
  ['100%', '100%'],
  ['a+b%2Bc', 'a b+c'],
] as const)('event=%s is %s', async ([written, event]) => {
  const url = `${service.url}/publish/written?event=${written}`
  await acceptedIds(await post(url, 'text/plain', 'a'))
  const { events } = await poll(service.url, '/poll/written?last=1')
  expect(events[0]?.event).toBe(event)
})

test('event= given twice is refused', async () => {
  const url = `${service.url}/publish/refused?event=a&event=b`
  const { status, detail } = await readProblem(await post(url, 'text/plain', 'a'))
  expect([status, detail]).toEqual([400, expect.stringContaining('event=')])
})

const TEXT = 'text/plain'
const JSON_TYPE = 'application/json'

test.for([
  [TEXT, 'evnt=tick', /but event, got "evnt": did you mean event\?$/],
  [TEXT, 'Event=tick', /got "Event": did you mean event\?$/],
  [TEXT, 'events=tick', /got "events": did you mean event\?$/],
  [TEXT, 'event=tick&id=7', /but event, got "id"$/],
  [TEXT, '=tick', /but event, got ""$/],
  [TEXT, 'evnt', /got "evnt"/],
  [TEXT, `${'x'.repeat(500)}=1`, /got "x{40}"$/],
  [JSON_TYPE, 'evnt=tick', /expected no query parameter, got "evnt"$/],
  [JSON_TYPE, 'id=7', /expected no query parameter, got "id"$/],
  ['application/x-ndjson', 'from=latest', /expected no query parameter, got "from"$/],
] as const)('a query parameter of no meaning is refused, and named: %s ?%s', async (given) => {
  const [type, query, named] = given
  const body = type === TEXT ? 'a' : '{"data":1}'
  const response = await post(`${service.url}/publish/mistyped?${query}`, type, body)
  const { status, detail } = await readProblem(response)
  expect([status, detail]).toEqual([400, expect.stringMatching(named)])
  expect((await poll(service.url, '/poll/mistyped?from=earliest')).events).toEqual([])
})

test.for(['', '?', '?&&'])('an empty query means nothing: %s', async (query) => {
  const url = `${service.url}/publish/bare${query}`
  expect(await acceptedIds(await post(url, JSON_TYPE, '{"data":1}'))).toHaveLength(1)
})
