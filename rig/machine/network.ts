import { createServer } from 'node:net'
import { DNS, HOST_PORTS, NETWORK, NODE, SERVICES } from '../addresses.ts'
import { runCommand, tryCommand } from '../run-command.ts'

/** The bridge that holds the node's addresses. */
const NODE_LINK = 'runnel-node'
/** The bridge that the pods are attached to. */
export const POD_LINK = 'runnel-pods'
/** CNI's name of the pods' network. CNI also names its files after it. */
export const POD_NETWORK = 'runnel-cluster'

export async function setUpNetwork(): Promise<void> {
  // A bridge, because not every kernel has links of type dummy.
  await ip('link', 'add', NODE_LINK, 'type', 'bridge')
  for (const address of [NODE, DNS]) await ip('address', 'add', `${address}/32`, 'dev', NODE_LINK)
  await ip('link', 'set', NODE_LINK, 'up')
  // Packets to unused addresses of the network must not leave this machine.
  await ip('route', 'add', 'blackhole', NETWORK)
  // Without a route a packet to a Service is dropped before kube-proxy's rules see it.
  await ip('route', 'add', SERVICES, 'dev', NODE_LINK, 'src', NODE)
}

export async function tearDownNetwork(): Promise<void> {
  // The tables go before the links, which show that the tables are ours.
  for (const table of await ourTables()) await runCommand('nft', ['delete', ...table.split(' ')])
  await tryCommand('ip', ['route', 'delete', 'blackhole', NETWORK])
  for (const link of [POD_LINK, NODE_LINK]) await tryCommand('ip', ['link', 'delete', link])
}

/** Links, routes and rules of the cluster, as lines. */
export async function networkLeftovers(): Promise<string[]> {
  return [...(await ourLinks()), ...(await ourRoutes()), ...(await ourTables())]
}

async function ourLinks(): Promise<string[]> {
  const lines = await linesOf('ip', ['-oneline', 'link'])
  return lines.filter((line) => line.includes(NODE_LINK) || line.includes(POD_LINK))
}

async function ourRoutes(): Promise<string[]> {
  const lines = await linesOf('ip', ['route', 'show', 'table', 'all'])
  const marks = [NODE_LINK, POD_LINK, `blackhole ${NETWORK}`]
  return lines.filter((line) => marks.some((mark) => line.includes(mark)))
}

/**
 * Tables of kube-proxy, such as `table ip kube-proxy`. Without our links they belong to another Kubernetes
 * on this machine.
 */
async function ourTables(): Promise<string[]> {
  if ((await ourLinks()).length === 0) return []
  const lines = await linesOf('nft', ['list', 'tables'])
  return lines.filter((line) => line.endsWith(' kube-proxy'))
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

/** A warning that this machine keeps pods from reaching each other; undefined if it does not. */
export async function forwardWarning(): Promise<string | undefined> {
  const rules = await tryCommand('nft', ['list', 'ruleset'])
  if (!/hook forward [^;]*; policy drop;/.test(rules)) return undefined
  return (
    'this machine drops forwarded packets by default, as Docker and ufw set it up, and pods may not ' +
    `reach each other: iptables -I FORWARD -i ${POD_LINK} -j ACCEPT lets them`
  )
}
