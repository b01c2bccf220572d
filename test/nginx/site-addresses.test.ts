import { expect, test } from 'vitest'
import { readSite } from '../../rig/servers/nginx-site.ts'

test('a configuration gets addresses of this machine, and keeps all else', () => {
  const site = readSite('several-processes.conf', 1234, ['127.0.0.1:81', '127.0.0.2:81'])

  const servers = site.match(/^ *server \d.*$/gm)
  expect(servers).toEqual(['server 127.0.0.1:81 max_fails=0;', 'server 127.0.0.2:81 max_fails=0;'])
  const directives = site.replaceAll(/^ *#.*$/gm, '')
  expect(directives.match(/listen .*;/g)).toEqual(['listen 127.0.0.1:1234;'])
  expect(directives).not.toContain('include')
  expect(directives).not.toContain('/var/log')
})
