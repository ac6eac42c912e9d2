/** Sizes in bytes, as named in workloads. */
export const KIB = 1024
export const MIB = 1024 ** 2
export const GIB = 1024 ** 3

/** `100 KiB`, `8 MiB`. @param {number} bytes */
export function sizeName(bytes) {
  for (const [unit, name] of [
    [GIB, 'GiB'],
    [MIB, 'MiB'],
    [KIB, 'KiB'],
  ]) {
    if (bytes >= unit) return `${bytes / unit} ${name}`
  }
  return `${bytes} B`
}

/** Requests per run, chosen so that a run takes about a second on one or two cores. */
export function requestsOf(size, inFlight, scale) {
  const bytes = inFlight === 1 ? 96 * MIB : 256 * MIB
  const most = inFlight === 1 ? 400 : 2000
  const wanted = Math.min(most, Math.max(inFlight * 2, Math.round(bytes / size)))
  return Math.max(inFlight, Math.round(wanted * scale))
}
