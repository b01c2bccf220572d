/** What stands in the way of a server, or of some of what it is asked. */
export interface Trouble {
  /**
   * `away`: nobody answers, or not yet; waiting may be enough. `refused`: a server answers, and does not do
   * what it is asked.
   */
  readonly state: 'away' | 'refused'
  readonly code: TroubleCode
  /** What was said, by the server or the system: for operators, since it may name hosts, users and keys. */
  readonly detail: string
  /** What to do about it, for anybody's eyes. */
  readonly mend: string
  /** Only a person ends it: whoever tries again soon does so in vain. */
  readonly isLasting: boolean
}

export type TroubleCode = keyof typeof MENDS

const WAIT = { state: 'away', isLasting: false } as const
/** A server that may come to think otherwise by itself, such as a replica that is promoted. */
const PASSING = { state: 'refused', isLasting: false } as const
const LASTING = { state: 'refused', isLasting: true } as const

/** Codes are stable: people alert on them. docs/redis.md explains each. */
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
    mend: 'see that the server speaks TLS if RUNNEL_REDIS_URL says so, with a certificate that names the host there, of an authority in RUNNEL_REDIS_CA_FILE',
  },
  loading: { ...WAIT, mend: 'wait: the server reads its data from the disk' },
  busy: { ...WAIT, mend: 'wait, or end the script that keeps the server busy (SCRIPT KILL)' },
  'cluster-changes': {
    ...WAIT,
    mend: 'wait; if it lasts, see that the cluster is whole (CLUSTER INFO) and no slot is left half moved',
  },
  'wrong-password': {
    ...LASTING,
    mend: 'put the user and password that the server expects into RUNNEL_REDIS_URL',
  },
  'wrong-database': {
    ...LASTING,
    mend: 'name a database in RUNNEL_REDIS_URL that the server has, and give the Redis user +select',
  },
  'client-certificate': {
    ...LASTING,
    mend: 'set tls-auth-clients to no or optional on the server: Runnel has no certificate to show',
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

/** `mend` where more is known than the code says. */
export function newTrouble(
  code: TroubleCode,
  detail: string,
  mend: string = MENDS[code].mend,
): Trouble {
  const { state, isLasting } = MENDS[code]
  return { state, code, detail, mend, isLasting }
}
