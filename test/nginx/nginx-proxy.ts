/** The real nginx in front of services, as users configure it. */
import { Nginx } from '../../rig/servers/nginx.ts'
import { readSite, type Site } from '../../rig/servers/nginx-site.ts'

/** Starts nginx with a configuration of the folder `nginx/`. */
export async function startSite(site: Site, services: readonly string[]): Promise<Nginx> {
  const upstream = services.map((url) => new URL(url).host)
  return Nginx.start({ http: (port) => readSite(site, port, upstream) })
}

/** Starts nginx with its defaults, but for these directives: all that a user has written is `proxy_pass`. */
export async function startPlainNginx(service: string, ...directives: string[]): Promise<Nginx> {
  const lines = directives
    .map((directive) => (directive.endsWith('}') ? directive : `${directive};`))
    .join(' ')
  return Nginx.start({
    http: (port) => `
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass ${service}; ${lines} }
  }`,
  })
}
