import { accept, refuse } from '../parsed.ts'
import type { Kind } from './kind.ts'

/** RFC 1123: what Kubernetes allows as the name of most objects. */
const NAME = /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$/

/** What Kubernetes allows as the value of a label. */
const LABEL = /^[a-z0-9]([-._a-z0-9]{0,61}[a-z0-9])?$/i

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

export function labelValue(of: string): Kind<string> {
  const form = `the value of ${of}, of at most 63 letters, digits, -, _ and .`
  return {
    name: 'label',
    range: `the value of ${of}`,
    parse: (text) => (LABEL.test(text) ? accept(text) : refuse(form, text)),
    format: String,
  }
}
