import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AUDIT_LOG, STATE } from '../paths.ts'

/** The requests of pods, each with its verb and answer. The cluster's own controllers would drown them. */
const POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    { level: 'None', userGroups: ['system:serviceaccounts:kube-system'] },
    { level: 'Metadata', userGroups: ['system:serviceaccounts'] },
  ],
}

/** Writes the policy. Resolves to the flags by which the API server writes its audit log. */
export async function auditFlags(): Promise<Readonly<Record<string, string>>> {
  const policy = join(STATE, 'audit-policy.json')
  await writeFile(policy, JSON.stringify(POLICY))
  return {
    'audit-policy-file': policy,
    'audit-log-path': AUDIT_LOG,
    // Never rotated: a test reads one file.
    'audit-log-maxsize': '0',
    // An answer is in the file before its client has it.
    'audit-log-mode': 'blocking',
  }
}
