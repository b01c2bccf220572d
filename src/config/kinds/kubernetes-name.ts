import { accept, refuse } from '../parsed.ts'
import type { Kind } from './kind.ts'

/** RFC 1123: what Kubernetes allows as the name of most objects. */
const NAME = /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/

/** The name of an object in the cluster. */
export function kubernetesName(of: string): Kind<string> {
  const form = `the name of ${of}, of lower-case letters, digits, - and .`
  return {
    name: 'name',
    range: `the name of ${of}`,
    parse: (text) => (text.length <= 253 && NAME.test(text) ? accept(text) : refuse(form, text)),
    format: String,
  }
}
