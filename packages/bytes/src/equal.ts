/** Whether two byte arrays have the same length and content. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  const { length } = left
  if (length !== right.length) return false
  for (let index = 0; index < length; index++) if (left[index] !== right[index]) return false
  return true
}
