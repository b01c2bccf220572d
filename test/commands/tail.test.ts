import { expect, test } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { startTestService } from '../support/service.ts'
import { publishTo } from './publish-and-read.ts'
import { runCommand, startCommand } from './run-command.ts'

test('prints events with their time and their name', async () => {
  await using service = await startTestService()
  await fetch(`${service.url}/publish/news?event=flash`, {
    method: 'POST',
    headers: { 'Content-Type': 'text/plain' },
    body: 'first\nsecond',
  })
  await publishTo(service.url, 'news', 'third')

  const { code, output, errors } = await runCommand([
    'tail',
    'news',
    `--url=${service.url}`,
    '--from=earliest',
    '--count=2',
  ])

  const time = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/.source
  expect(output).toMatch(new RegExp(`^${time} flash\n {4}first\n {4}second\n${time} third\n$`))
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
})

test('names the channel if it follows several', async () => {
  await using service = await startTestService()
  await publishTo(service.url, 'a', 'one')
  await publishTo(service.url, 'b', 'two')

  const { output } = await runCommand(
    'tail b a --last=1 --count=2'.split(' ').concat('--url', service.url),
  )

  const lines = output.split('\n').map((line) => line.split(' ').slice(1).join(' '))
  expect(lines.toSorted()).toEqual(['', 'a one', 'b two'])
})

test('shows control characters instead of sending them to the terminal', async () => {
  await using service = await startTestService()
  await publishTo(service.url, 'news', '\u001b[2Jgone\u0007\ttab')

  const { output } = await runCommand([
    'tail',
    'news',
    '--last',
    '1',
    '--count',
    '1',
    '--url',
    service.url,
  ])

  expect(output).toMatch(/ \\u001b\[2Jgone\\u0007\ttab\n$/)
})

test('with --json each event and system event is a line of JSON', async () => {
  await using service = await startTestService()
  await using tail = startCommand(['tail', 'news', '--json', '--count', '2', '--url', service.url])
  await eventually(() => expect(tail.json).toHaveLength(1))
  const [first, second] = await publishTo(service.url, 'news', 'line\nbreak', '{"a":1}')

  expect(await tail.exited).toBe(0)
  expect(tail.json).toEqual([
    { event: 'runnel.open', data: expect.objectContaining({ resumed: false, heartbeat: 15_000 }) },
    {
      id: first,
      channel: 'news',
      event: 'message',
      data: 'line\nbreak',
      time: expect.stringMatching(/Z$/),
    },
    { id: second, channel: 'news', event: 'message', data: '{"a":1}', time: expect.any(String) },
  ])
})

test('begins after a given cursor', async () => {
  await using service = await startTestService()
  const [cursor] = await publishTo(service.url, 'news', 'old', 'new')

  const { output } = await runCommand([
    'tail',
    'news',
    '--cursor',
    String(cursor),
    '--count',
    '1',
    '--url',
    service.url,
  ])

  expect(output).toMatch(/ new\n$/)
})

test('a gap is a warning on standard error that says what is missing', async () => {
  await using service = await startTestService({ 'history-events': '2' })
  const [first] = await publishTo(service.url, 'news', 'a')
  await publishTo(service.url, 'news', 'b')
  const [third] = await publishTo(service.url, 'news', 'c')
  await publishTo(service.url, 'news', 'd', 'e')
  const args = ['tail', 'news', '--cursor', String(first), '--count', '2', '--url', service.url]

  const { output, errors } = await runCommand(args)
  expect(output.split('\n').map((line) => line.split(' ')[1])).toEqual(['d', 'e', undefined])
  expect(errors).toMatch(
    /^runnel tail: gap in news: 2 events are missing, \w{8}-2 to \w{8}-3 \(trimmed: .+\)\n$/,
  )

  await using json = startCommand([...args, '--json'])
  expect(await json.exited).toBe(0)
  expect(json.json[0]).toEqual({
    id: third,
    channel: 'news',
    event: 'runnel.gap',
    data: { channel: 'news', reason: 'trimmed', from: expect.any(String), to: third, missed: 2 },
  })
})

test('an unknown cursor is shown as a gap of unknown size', async () => {
  await using service = await startTestService()
  await publishTo(service.url, 'news', 'a')

  const { errors, output } = await runCommand([
    'tail',
    'news',
    '--cursor',
    'nonsense',
    '--last=1',
    '--count=1',
    '--url',
    service.url,
  ])

  expect(errors).toMatch(/^runnel tail: gap: events may be missing \(unknown-cursor: .+\)\n$/)
  expect(output).toMatch(/ a\n$/)
})

test('a refusal of the service ends it with the reason', async () => {
  await using service = await startTestService()

  const { code, errors, output } = await runCommand([
    'tail',
    'news',
    '--last',
    '999999999',
    '--url',
    service.url,
  ])

  expect({ code, output }).toEqual({ code: 1, output: '' })
  expect(errors).toBe('runnel tail: expected last= of 1 to 100000 (status 400)\n')
})

test.for([
  ['no/channel', /expected a channel name .+ got "no\/channel"/],
  ['..', /expected a channel name/],
  ['', /expected a channel name/],
  ['a --last 0', /--last: expected a whole number from 1, got "0"/],
  ['a --count some', /--count: expected a whole number from 1, got "some"/],
  ['a --from 3', /--from: expected latest or earliest, got "3"/],
  ['a --from latest --last 3', /expected --from or --last, got both/],
  ['a --url localhost:8080', /--url: expected an address such as http:/],
  ['a --url ftp://localhost', /--url: expected an address such as http:/],
  ['a --cursor é', /--cursor: expected the id of an event/],
  ['a b c d e f g h i j k l m n o p q', /expected 1 to 16 channels, got 17/],
  ['a --follow', /expected a known flag, got --follow$/m],
] as const)('bad use is reported before any request: tail %s', async ([args, message]) => {
  const { code, errors, output } = await runCommand(['tail', ...args.split(' ')])

  expect({ code, output }).toEqual({ code: 2, output: '' })
  expect(errors).toMatch(message)
  expect(errors.split('\n')).toHaveLength(2)
})

test('no channel at all is bad use', async () => {
  const { code, errors } = await runCommand(['tail'])

  expect({ code, errors }).toEqual({
    code: 2,
    errors: 'runnel tail: expected 1 to 16 channels, got 0\n',
  })
})
