import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runCommand } from '../../rig/run-command.ts'
import { findProgram } from '../../rig/servers/find-program.ts'
import { freePort } from '../../rig/servers/free-port.ts'
import type { Contender, MeasuredServer } from './contender.ts'
import { startInFolder } from './start-beside.ts'
import { startServer } from './start-server.ts'

const MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so'

/** nginx with the module nchan, both from Debian: one worker, messages in its shared memory. */
export const NCHAN: Contender = {
  name: 'nchan',
  title: 'nchan',
  prepare: async () => {
    if (!existsSync(MODULE)) {
      throw new Error(`expected ${MODULE}: install Debian's nginx and libnginx-mod-nchan`)
    }
    const nginx = findProgram('nginx')
    return {
      version: await readVersion(),
      start: async () => startInFolder(async (folder) => startNchan(nginx, folder)),
    }
  },
}

async function readVersion(): Promise<string> {
  const args = ['-W', '-f', '${Package} ${Version} ', 'nginx', 'libnginx-mod-nchan']
  return (await runCommand('dpkg-query', args)).trim()
}

async function startNchan(nginx: string, folder: string): Promise<MeasuredServer> {
  const port = await freePort()
  const path = join(folder, 'nginx.conf')
  await writeFile(path, configure(folder, port))
  const program = {
    name: 'nchan',
    path: nginx,
    args: ['-e', 'stderr', '-c', path],
    endSignal: 'SIGTERM',
    port,
  } as const
  return startServer([program], { dialect: 'nchan' })
}

/**
 * The shared memory has room for all channels and streams of the benchmark. A channel keeps 1,000 messages, as Runnel
 * does by default.
 */
function configure(folder: string, port: number): string {
  return `
    daemon off;
    worker_processes 1;
    pid ${folder}/nginx.pid;
    error_log stderr error;
    load_module ${MODULE};
    events { worker_connections 20000; }
    http {
      access_log off;
      keepalive_requests 1000000;
      client_body_temp_path ${folder}/body;
      proxy_temp_path ${folder}/proxy;
      fastcgi_temp_path ${folder}/fastcgi;
      uwsgi_temp_path ${folder}/uwsgi;
      scgi_temp_path ${folder}/scgi;
      nchan_shared_memory_size 256M;
      server {
        listen 127.0.0.1:${port} backlog=4096;
        location = /health { return 200; }
        location ~ ^/stream/(.+)$ {
          nchan_subscriber eventsource;
          nchan_subscriber_first_message newest;
          nchan_channel_id $1;
        }
        location ~ ^/publish/(.+)$ {
          nchan_publisher http;
          nchan_message_buffer_length 1000;
          nchan_channel_id $1;
        }
      }
    }
  `
}
