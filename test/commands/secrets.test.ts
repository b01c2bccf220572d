/** What may be a password is never printed, wherever on the command line it has got to. */
import { expect, test } from 'vitest'
import { ScriptedServer } from '../support/scripted-server.ts'
import { runCommand } from './run-command.ts'

const URL_WITH_SECRET = 'http://user:SECRET@events.example'

const LINES: readonly (readonly string[])[] = [
  [URL_WITH_SECRET],
  [`"${URL_WITH_SECRET}"`],
  ['user:SECRET@events.example'],
  ['serve', URL_WITH_SECRET],
  ['serve', '--listen', URL_WITH_SECRET],
  ['serve', '--hosts', URL_WITH_SECRET],
  ['serve', '--cors-origins', URL_WITH_SECRET],
  ['serve', '--cors-origins', `"${URL_WITH_SECRET}"`],
  ['serve', '--cors-origins', 'https://user:12/SECRET@events.example'],
  ['serve', '--cors-origins', 'https://user:SECRET,x@events.example'],
  ['serve', '--hosts', `"${URL_WITH_SECRET}"`],
  ['serve', '--hosts', 'user:SECRET,x@events.example'],
  ['serve', '--redis-url', 'http://user:SECRET@redis'],
  ['serve', '--redis-ur', 'redis://user:SECRET@redis'],
  ['control', URL_WITH_SECRET],
  ['explain', URL_WITH_SECRET],
  ['explain', '--redis-url', 'http://user:SECRET@redis'],
  ['tail', URL_WITH_SECRET],
  ['tail', 'news', '--url', 'ftp://user:SECRET@events.example'],
  ['tail', 'news', '--url', 'user:SECRET@events.example'],
  ['tail', 'news', '--url', ' user:SECRET@events.example'],
  ['tail', 'news', '--url', 'user:SEC SECRET@events.example'],
  ['tail', 'news', '--url', `"${URL_WITH_SECRET}"`],
  ['tail', 'news', '--url', `url: ${URL_WITH_SECRET}`],
  ['tail', 'news', '--url', 'events.example/?token=SECRET'],
  ['tail', 'news', '--url', 'http://user:SE/SECRET@events.example'],
  ['tail', 'news', '--url', 'http://user:12/SECRET@events.example'],
  ['tail', 'news', '--url', 'http://user:12?SECRET@events.example'],
  ['tail', 'news', '--url', 'http://user:12#SECRET@events.example'],
  ['tail', 'news', '--url', 'http://events.example?token=SECRET'],
  ['tail', 'news', '--from', URL_WITH_SECRET],
  ['publish', 'news', 'x', '--url', 'https://user:SECRET@'],
  ['publish', 'news', 'x', '--token=SECRET'],
  ['publish', 'news', 'x', '--header', 'SECRET'],
  // The shell cuts a header without quotes at its blanks.
  ...[
    ['tail', 'news'],
    ['publish', 'news'],
    ['publish', '--json', 'news'],
    ['check', 'http://events.example'],
    ['trace', 'k3Jf92Qa-18'],
  ].map((args) => [...args, '--header', 'Authorization:', 'Basic', 'SECRET/x==']),
  ['tail', 'news', '--header', 'Authorization:Basic', 'SECRET/x=='],
  ['publish', '--header', 'Authorization:Basic', 'SECRET/x=='],
  ['publish', 'news', '--json', '--header', 'Authorization:Basic', 'SECRET/x=='],
  ['check', '--header', 'Authorization:Basic', 'SECRET/x=='],
  ['trace', '--header', 'Authorization:Basic', 'SECRET/x=='],
  ['check', 'http://user:SECRET@@@:1'],
  ['check', 'http://events.example', '--publish-url', '//user:SECRET@events.example'],
  ['check', 'http://events.example', '--connect', 'user:SECRET@events.example'],
  ['trace', URL_WITH_SECRET],
  ['trace', 'k3Jf92Qa-18', '--jaeger', 'user:SECRET@jaeger.example'],
]

test.for(LINES.map((args) => ({ line: args.join(' '), args })))(
  'runnel $line',
  async ({ args }) => {
    const { code, output, errors } = await runCommand(args)

    expect(code).toBe(2)
    expect(errors).not.toBe('')
    expect(output + errors).not.toContain('SECRET')
  },
)

test('runnel tail where a redirect leads to a page with a token in its address', async () => {
  await using server = await ScriptedServer.start((response, number) => {
    if (number === 0) response.writeHead(302, { Location: '/SECRET?token=SECRET' }).end()
    else response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>')
  })

  const { code, errors } = await runCommand(['tail', 'news', '--url', server.url.origin])

  expect(code).toBe(1)
  expect(errors).toContain(`expected an event stream from ${server.url.origin}, got text/html`)
  expect(errors).not.toContain('SECRET')
})
