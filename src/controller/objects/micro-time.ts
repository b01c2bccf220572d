/** Milliseconds since 1970 as a MicroTime: the API server refuses any other number of digits than six. */
export function formatMicroTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z')
}
