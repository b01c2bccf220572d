import { createServer } from 'node:net'
import { DNS, HOST_PORTS, NETWORK, NODE, SERVICES } from '../addresses.ts'
import { runCommand, tryCommand } from '../run-command.ts'

/** Holds the node's addresses. */
const NODE_LINK = 'runnel-node'
/** What the pods are plugged into. */
export const POD_LINK = 'runnel-pods'

/** Tables of kube-proxy in its mode nftables, and of nothing else. */
const PROXY_TABLES = [
  ['ip', 'kube-proxy'],
  ['ip6', 'kube-proxy'],
] as const

export async function setUpNetwork(): Promise<void> {
  // A bridge, as not every kernel has the type dummy.
  await ip('link', 'add', NODE_LINK, 'type', 'bridge')
  for (const address of [NODE, DNS]) await ip('address', 'add', `${address}/32`, 'dev', NODE_LINK)
  await ip('link', 'set', NODE_LINK, 'up')
  // No packet to an address that nobody has leaves this machine.
  await ip('route', 'add', 'blackhole', NETWORK)
  // Without a route a packet to a Service is dropped before kube-proxy's rules see it.
  await ip('route', 'add', SERVICES, 'dev', NODE_LINK, 'src', NODE)
}

export async function tearDownNetwork(): Promise<void> {
  for (const link of [POD_LINK, NODE_LINK]) await tryCommand('ip', ['link', 'delete', link])
  await tryCommand('ip', ['route', 'delete', 'blackhole', NETWORK])
  for (const table of PROXY_TABLES) await tryCommand('nft', ['delete', 'table', ...table])
}

/** Links, routes and rules of the cluster, as lines. */
export async function networkLeftovers(): Promise<string[]> {
  const links = await linesOf('ip', ['-oneline', 'link'])
  const routes = await linesOf('ip', ['route', 'show', 'table', 'all'])
  const tables = await linesOf('nft', ['list', 'tables'])
  const isOurs = new RegExp(`${NODE_LINK}|${POD_LINK}`)
  const prefix = NETWORK.split('.').slice(0, 2).join('.')
  return [
    ...links.filter((line) => isOurs.test(line)),
    ...routes.filter((line) => line.includes(`${prefix}.`)),
    ...tables.filter((line) => PROXY_TABLES.some((table) => line.endsWith(table.join(' ')))),
  ]
}

/** Throws if something else listens where the cluster will. */
export async function expectFreePorts(): Promise<void> {
  for (const [port, user] of Object.entries(HOST_PORTS)) {
    await expectFree(Number(port)).catch((error: unknown) => {
      const advice = `ss -ltnp 'sport = :${port}' tells what it is`
      throw new Error(`expected port ${port} to be free for ${user}, it is taken: ${advice}`, {
        cause: error,
      })
    })
  }
}

async function expectFree(port: number): Promise<void> {
  const server = createServer()
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.on('error', reject).listen(port, () => {
    server.close(() => {
      resolve()
    })
  })
  return promise
}

async function ip(...args: string[]): Promise<void> {
  await runCommand('ip', args)
}

async function linesOf(command: string, args: readonly string[]): Promise<string[]> {
  const output = await tryCommand(command, args)
  return output.split('\n').filter((line) => line !== '')
}
