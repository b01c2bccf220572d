/** Why a server cannot be used, or refuses some requests. */
export interface Trouble {
  /**
   * `away`: no server answers, or not yet; waiting may be enough. `refused`: a server answers, and does not
   * carry out the request.
   */
  readonly state: 'away' | 'refused'
  readonly code: TroubleCode
  /** The words of the server or the system: for operators, since they may name hosts, users and keys. */
  readonly detail: string
  /** How to end the trouble. Holds nothing that clients may not see. */
  readonly mend: string
  /** Only a person can end it: an early retry is in vain. */
  readonly isLasting: boolean
}

export type TroubleCode = keyof typeof MENDS

const WAIT = { state: 'away', isLasting: false } as const
/** A refusal that may end by itself, such as that of a replica that is promoted. */
const PASSING = { state: 'refused', isLasting: false } as const
const LASTING = { state: 'refused', isLasting: true } as const

/** Codes are stable, since operators alert on them. docs/redis.md explains each. */
const MENDS = {
  unreachable: {
    ...WAIT,
    mend: 'wait; if it lasts, see that a server runs at the address in RUNNEL_REDIS_URL and may be reached from here',
  },
  'unknown-host': {
    ...WAIT,
    mend: 'see that the host in RUNNEL_REDIS_URL is right, and that names can be resolved here',
  },
  timeout: {
    ...WAIT,
    mend: 'wait; if it lasts, see whether the server hangs, or something in between swallows what is sent',
  },
  tls: {
    ...WAIT,
    mend: 'see that RUNNEL_REDIS_URL begins with rediss where the server speaks TLS, and that the certificate of the server names its address or a host in RUNNEL_REDIS_URL, and is of an authority in RUNNEL_REDIS_CA_FILE',
  },
  loading: { ...WAIT, mend: 'wait: the server reads its data from the disk' },
  busy: { ...WAIT, mend: 'wait, or end the script that keeps the server busy (SCRIPT KILL)' },
  'cluster-changes': {
    ...WAIT,
    mend: 'wait; if it lasts, see that the cluster is whole (CLUSTER INFO) and no slot is left half moved',
  },
  'wrong-password': {
    ...LASTING,
    mend: 'put the user and password that the server expects into RUNNEL_REDIS_URL, or into RUNNEL_REDIS_USERNAME and the file of RUNNEL_REDIS_PASSWORD_FILE, in which a line feed at the end counts',
  },
  'wrong-database': {
    ...LASTING,
    mend: 'name a database in RUNNEL_REDIS_URL that the server has, and give the Redis user +select',
  },
  'client-certificate': {
    ...LASTING,
    mend: 'set RUNNEL_REDIS_CERT_FILE and RUNNEL_REDIS_KEY_FILE to a certificate that the server takes and its key, or tls-auth-clients to no on the server',
  },
  'protected-mode': {
    ...LASTING,
    mend: 'give the server a password and put it into RUNNEL_REDIS_URL, or set protected-mode no there',
  },
  'too-old': { ...LASTING, mend: 'use Redis 7.0 or newer, or Valkey' },
  'cluster-node': {
    ...LASTING,
    mend: 'name it as redis+cluster:// in RUNNEL_REDIS_URL, or rediss+cluster:// for TLS',
  },
  'wrong-topology': {
    ...LASTING,
    mend: 'name what runs there in RUNNEL_REDIS_URL: redis:// for a server, redis+sentinel:// for sentinels, redis+cluster:// for a cluster',
  },
  eviction: { ...LASTING, mend: 'set maxmemory-policy to noeviction on the server' },
  'no-replication-id': {
    ...LASTING,
    mend: 'allow INFO, to scripts as well (for an ACL user: +info)',
  },
  'missing-right': {
    ...LASTING,
    mend: 'give the Redis user all rights that docs/redis.md lists',
  },
  'foreign-data': {
    ...LASTING,
    mend: 'delete the key of this channel that another program has written; what it held of the history is lost, and subscribers are told',
  },
  replica: {
    ...PASSING,
    mend: 'wait for its promotion, or name the primary in RUNNEL_REDIS_URL, or its sentinels as redis+sentinel://',
  },
  'too-many-clients': {
    ...PASSING,
    mend: 'raise maxclients on the server, or let others leave it',
  },
  'no-memory': { ...PASSING, mend: 'raise maxmemory on the server, or keep less history' },
  'no-disk': {
    ...PASSING,
    mend: 'see why the server cannot write to its disk, or set stop-writes-on-bgsave-error no there',
  },
  'no-replicas': {
    ...PASSING,
    mend: 'bring back the replicas of the server, or lower min-replicas-to-write there',
  },
  other: { ...PASSING, mend: 'see what the server says, in the log lines of this pod' },
} as const satisfies Readonly<Record<string, Omit<Trouble, 'code' | 'detail'>>>

export const TROUBLE_CODES: readonly string[] = Object.keys(MENDS)

/** `mend` replaces the advice of the code where more is known. */
export function newTrouble(
  code: TroubleCode,
  detail: string,
  mend: string = MENDS[code].mend,
): Trouble {
  const { state, isLasting } = MENDS[code]
  return { state, code, detail, mend, isLasting }
}
