/** So many things in as many parts, which differ by one at most. The larger ones come first. */
export function share(count: number, parts: number): readonly number[] {
  return Array.from({ length: parts }, (_, part) => Math.ceil((count - part) / parts))
}
