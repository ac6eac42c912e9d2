/** Removes the earliest entry of a map that has grown beyond `max` by one. To set an entry makes it the latest only if it was deleted before. */
export function keepLatest<K>(map: Map<K, unknown>, max: number): void {
  if (map.size <= max) return
  for (const earliest of map.keys()) {
    map.delete(earliest)
    return
  }
}
