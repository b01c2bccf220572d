/** For each way in which a check fails, its likely cause and the setting that mends it. */

export const BUFFERS =
  'Something on the way buffers the answer. Turn that off for /stream. nginx: `proxy_buffering off`, ' +
  '`proxy_http_version 1.1`, and no `proxy_ignore_headers X-Accel-Buffering`. ingress-nginx: the ' +
  'annotation `nginx.ingress.kubernetes.io/proxy-buffering: "off"`. NGINX Gateway Fabric: ' +
  '`buffering.disable` in a ProxySettingsPolicy. Traefik: no buffering middleware.'

export const HEAD_HELD =
  'Something on the way buffers the answer. Not even its head came, as from an nginx that asks in HTTP/1.0 ' +
  'and buffers. Runnel tells it not to, by `X-Accel-Buffering: no`. Either nginx has ' +
  '`proxy_ignore_headers X-Accel-Buffering`: remove that. Or two nginx stand in a row, and the inner one ' +
  'keeps the header to itself: set `proxy_pass_header X-Accel-Buffering` there. `proxy_buffering off` and ' +
  '`proxy_http_version 1.1` for /stream in the outer one mend both. ingress-nginx: the annotation ' +
  '`nginx.ingress.kubernetes.io/proxy-buffering: "off"`.'

export const SLOW =
  'Events come one by one, so nothing holds them back, but the way or the service is slow. Check ' +
  'again without what stands in front, to see which it is; or allow for it with `--late`.'

export const ELSEWHERE =
  'The service that answers at URL does not have them. `--publish-url` leads to another one, or to ' +
  'another process of it: a log in memory is not shared.'

export const UNKNOWN =
  'Something on the way buffers the answer, or `--publish-url` leads to another service than URL.'

export const CUT =
  'Something on the way, or the service, ends streams this early: its log lines may say why. Look for a ' +
  'limit on how long a whole answer may take (Envoy: the timeout of the route, which must be 0s) or ' +
  'be silent (nginx: `proxy_read_timeout`, ingress-nginx: the annotation ' +
  '`nginx.ingress.kubernetes.io/proxy-read-timeout`; both must be longer than the heartbeat).'

export const SILENCE_CUT =
  'Something on the way cuts answers that are silent for a while. Make that longer than the heartbeat, best ' +
  'four times as long. nginx: `proxy_read_timeout` (60s by default). ingress-nginx: the annotation ' +
  '`nginx.ingress.kubernetes.io/proxy-read-timeout`. HAProxy: `timeout server`. Load balancers of clouds: ' +
  'the idle timeout; Envoy: the timeout of the route, which must be 0s. Or lower `RUNNEL_HEARTBEAT`.'

export const CLOSED =
  'A service that leaves, or makes room, asks its streams to come back elsewhere. Check again.'

export const REPEATED =
  'Something on the way answers from two connections, as a proxy does that tries a request again ' +
  'whose answer has begun. Turn retries off for /stream.'

export const UNANSWERED =
  'Is the address for publishes right, and may this machine connect to it? In a cluster, a NetworkPolicy ' +
  'or a firewall of the node may be in the way.'

export const UNPUBLISHED =
  'The public side often takes no publishes (nginx: `allow` says from where it does). Name an address that ' +
  'does with `--publish-url`.'

export const NOT_AWAITED = 'With `--wait` the check tries again meanwhile.'
