import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:http2'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Nginx } from '../../rig/servers/nginx.ts'
import { readSite } from '../../rig/servers/nginx-site.ts'
import { runCommand } from '../commands/run-command.ts'
import { TEST_CERTIFICATE } from '../commands/test-certificate.ts'
import { publishText } from '../support/clients/requests.ts'
import { eventually } from '../support/eventually.ts'
import { spawnServe } from '../support/serve-process.ts'

test('the example with TLS passes the check, and streams over HTTP/2', async () => {
  await using service = await spawnServe(['--hosts=events.example', '--heartbeat=500ms'])
  await using files = await writeCertificate()
  const { host } = new URL(service.url)
  const http = (port: number) =>
    readSite('one-process.conf', port, [host], (site) => withTls(site, port, files.folder))
  await using nginx = await Nginx.start({ http })
  const { host: address } = new URL(nginx.url)

  const args = ['--publish-url', service.url, '--connect', address, '--late=1m', '--idle']
  const { output } = await runCommand(['check', 'https://events.example', ...args], {
    env: { NODE_EXTRA_CA_CERTS: join(files.folder, 'fullchain.pem') },
  })
  expect(output.match(/^pass {2}\w+/gm)).toEqual(['pass  delivery', 'pass  idle'])

  const session = connect(`https://${address}`, {
    ca: TEST_CERTIFICATE.cert,
    servername: 'events.example',
  })
  const stream = session.request({ ':path': '/stream/a', ':authority': 'events.example' })
  const [head] = (await once(stream, 'response')) as [Record<string, string>]
  expect(head).toMatchObject({ ':status': 200 })
  expect(head['content-type']).toMatch(/^text\/event-stream/)
  let body = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
  await eventually(() => expect(body).toContain('event: runnel.open'))
  const id = await publishText(service.url, 'a', 'x')
  await eventually(() => expect(body).toContain(`id: ${id}\ndata: x\n\n`))
  session.destroy()
})

/** Uncomments the example, in place of the server without TLS. */
function withTls(site: string, port: number, folder: string): string {
  const begin = site.indexOf('# server {')
  expect(begin).toBeGreaterThan(0)
  const example = site.slice(begin).replaceAll(/^# ?/gm, '')
  return (site.slice(0, begin) + example)
    .replace(/^ *listen 80;$/m, `listen unix:${folder}/plain;\n$&`)
    .replace(/^ *listen (80|\[::\]:80|\[::\]:443 ssl http2);$/gm, '')
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replaceAll('/etc/letsencrypt/live/events.example.com', folder)
    .replaceAll('events.example.com', 'events.example')
}

async function writeCertificate() {
  const folder = await mkdtemp(join(tmpdir(), 'runnel-certificate-'))
  await writeFile(join(folder, 'fullchain.pem'), TEST_CERTIFICATE.cert)
  await writeFile(join(folder, 'privkey.pem'), TEST_CERTIFICATE.key)
  return {
    folder,
    [Symbol.asyncDispose]: async () => rm(folder, { recursive: true, force: true }),
  }
}
