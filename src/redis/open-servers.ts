import { ClusterServers } from './cluster-servers.ts'
import type { RedisAccess } from './connection-options.ts'
import type { Servers } from './servers.ts'
import { SingleServer } from './single-server.ts'

export function openServers(access: RedisAccess): Servers {
  return access.url.topology === 'cluster' ? new ClusterServers(access) : new SingleServer(access)
}
