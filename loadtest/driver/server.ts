import type { Address } from './commands.ts'
import { DIALECTS, type Dialect } from './dialects.ts'
import { Endpoint } from './endpoint.ts'
import { SourceAddresses } from './source-addresses.ts'

/** What all subscribers of a driver know of their server. */
export interface Server {
  readonly dialect: Dialect
  readonly endpoint: Endpoint
  /** Further headers of each request. */
  readonly headers: Readonly<Record<string, string>>
  readonly sourceAddresses: SourceAddresses
}

/** `driver` is the driver's place among the drivers. Rejects if the name cannot be resolved. */
export async function resolveServer(address: Address, driver: number): Promise<Server> {
  return {
    dialect: DIALECTS[address.dialect],
    endpoint: await Endpoint.resolve(address),
    headers: address.headers,
    sourceAddresses: new SourceAddresses(driver),
  }
}
