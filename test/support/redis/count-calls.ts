import type { RedisServer } from '../../../rig/servers/redis-server.ts'

/** How often the server was sent a command, given in small letters. */
export async function countCalls({ client }: RedisServer, command: string): Promise<number> {
  const stats = await client.info('commandstats')
  return Number(new RegExp(`cmdstat_${command}:calls=(\\d+)`).exec(stats)?.[1] ?? 0)
}
