import { parseHost, parseWebOrigin } from '../kinds/address.ts'
import { integer } from '../kinds/kind.ts'
import { choice, list } from '../kinds/choices-and-paths.ts'
import type { SettingRow } from '../setting.ts'

export const ACCESS = {
  AUTH: {
    kind: choice('none'),
    doc:
      'How clients prove who they are. `none` lets everyone who can reach the port subscribe and ' +
      'publish. Required when `RUNNEL_LISTEN` is not a loopback address, so that nothing is open by ' +
      'accident.',
  },
  HOSTS: {
    kind: list('host names without a port', parseHost),
    default: '',
    doc:
      'Further names under which a service on a loopback address may be asked, such as the public ' +
      'name of a proxy in front of it. A request with any other `Host` is answered 421, which keeps ' +
      'web pages from reaching it through a name of their own (DNS rebinding).',
  },
  CORS_ORIGINS: {
    kind: list('exact origins such as https://app.example', parseWebOrigin),
    default: '',
    doc:
      'Origins whose pages may subscribe and publish with credentials, those of apps among them, such ' +
      'as `capacitor://localhost`. `*` is refused. A page of another origin cannot read a stream, and its ' +
      'publishes are answered 403.',
  },
  TRUSTED_HOPS: {
    kind: integer(0, 16),
    default: '0',
    doc:
      'How many proxies in front may be believed when they say for whom they ask. The address of a ' +
      'client is taken that many steps from the end of `X-Forwarded-For`, without its port. 0 takes that ' +
      'of the connection. Too high lets clients invent their address, too low makes all of them look like the ' +
      'proxy.',
  },
} as const satisfies Record<string, SettingRow>
