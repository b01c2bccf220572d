import { accept, refuse, type Parsed } from './parsed.ts'

const FORM = 'an origin such as https://app.example'

/** An origin exactly as browsers send it: scheme, host and a port that is not the scheme's own. */
export function parseWebOrigin(text: string): Parsed<string> {
  if (text.includes('*')) {
    return refuse(FORM, text, 'name each origin, browsers refuse a wildcard with credentials')
  }
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) return refuse(FORM, text)
  // A list that nearly matches would refuse its browsers in production without a word.
  return url.origin === text ? accept(text) : refuse(FORM, text, `write ${url.origin}`)
}
