import { readFile } from 'node:fs/promises'
import { Agent, request, type Dispatcher } from 'undici'
import { ETCD } from '../environment.ts'

/** Makes etcd forget all states of the cluster but the present one. Rejects where this machine cannot reach it. */
export async function compactEtcd(): Promise<void> {
  if (ETCD === undefined) throw new Error('expected ETCD_URL and ETCD_CERTIFICATES to be set')
  const { url, certificates } = ETCD
  const [ca, cert, key] = await Promise.all(
    ['etcd-authority.crt', 'etcd.crt', 'etcd.key'].map((file) =>
      readFile(`${certificates}/${file}`),
    ),
  )
  const dispatcher = new Agent({ connect: { ca, cert, key } })
  try {
    // Any range: its answer has the present revision.
    const range = { key: 'AA==' }
    const { header } = (await call(dispatcher, `${url}/v3/kv/range`, range)) as RangeAnswer
    const { revision } = header
    await call(dispatcher, `${url}/v3/kv/compaction`, { revision, physical: true })
  } finally {
    await dispatcher.close()
  }
}

interface RangeAnswer {
  readonly header: { readonly revision: string }
}

async function call(dispatcher: Dispatcher, url: string, parameters: object): Promise<unknown> {
  const body = JSON.stringify(parameters)
  const response = await request(url, { method: 'POST', body, dispatcher })
  const text = await response.body.text()
  if (response.statusCode !== 200) {
    throw new Error(`etcd answered ${response.statusCode}: ${text}`)
  }
  return JSON.parse(text)
}
