/**
 * Kubernetes gives every container variables for each Service of its namespace, named after the Service:
 * one called `runnel` makes `RUNNEL_PORT=tcp://10.0.0.1:80`, one called `runnel-listen` makes
 * `RUNNEL_LISTEN_PORT`. A setting of such a name would be set by the mere existence of a Service.
 */
const INJECTED =
  /_(?:SERVICE_HOST|SERVICE_PORT(?:_[A-Z0-9_]+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/

export function isInjectedName(variable: string): boolean {
  return INJECTED.test(variable)
}
