/**
 * A URL, or a part of one, for messages: without credentials, query and fragment, which may hold secrets. Text that is no
 * URL stays as it is, unless it might hold credentials all the same.
 */
export function redactUrl(text: string): string {
  const { protocol = '', host = '', pathname = '', search = '' } = URL.parse(text) ?? {}
  if (host !== '') return `${protocol}//${host}${pathname}${search === '' ? '' : '?…'}`
  return text.includes('@') ? '…' : text.replace(/[?#].*$/s, '?…')
}
