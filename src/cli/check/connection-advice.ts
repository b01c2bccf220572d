import type { FaultKind } from '../request/connection-fault.ts'

export const UNREACHED =
  'Is the address right, does the service run, and does what stands in front know the route? Where the ' +
  'name is not known, or leads elsewhere, `--connect` says where to connect.'

export const PROXY_CREDENTIALS =
  'Write user and password into the variable of the proxy: http://NAME:PASSWORD@proxy.example:3128, with ' +
  '`/ ? # @ : %` in them as `%2F %3F %23 %40 %3A %25`.'

/** What to do about each fault of a connection. */
export const CONNECTION_ADVICE: Readonly<Record<FaultKind, string>> = {
  unreached: UNREACHED,
  'without-tls': 'Write `http://`, or name the port that takes TLS.',
  tls: '`openssl s_client -connect HOST:PORT` shows what the other side speaks.',
  authority:
    'The environment variable `NODE_EXTRA_CA_CERTS` names a file of further authorities to trust.',
  name:
    'Call the service by a name of its certificate, with `--connect` where that name leads elsewhere; or give ' +
    'it a certificate for this name.',
  validity: 'Renew the certificate, or set the clock of this machine right.',
  'proxy-credentials': PROXY_CREDENTIALS,
  'proxy-tunnel':
    'The proxy may not lead to this host or port, or not reach it. `NO_PROXY` names hosts that are reached ' +
    'without it.',
}
