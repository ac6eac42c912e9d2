import { stat } from 'node:fs/promises'
import { type Client, OssError } from '@bindery/client'
import type { Item } from './items.js'
import type { Place } from './places.js'

/** Whether the target of an item exists and is not older than its source, by whole seconds. Throws OssError. */
export async function isCurrent(client: Client, { from, to, modified }: Item): Promise<boolean> {
  const target = await timeOf(client, to)
  const source = target === undefined ? undefined : (modified ?? (await timeOf(client, from)))
  if (source === undefined || target === undefined) return false
  // headers have whole seconds
  return Math.floor(target.getTime() / 1_000) >= Math.floor(source.getTime() / 1_000)
}

/** When a file or an object was changed; undefined where it does not exist. */
async function timeOf(client: Client, place: Place): Promise<Date | undefined> {
  if (place.kind === 'stream') return undefined
  if (place.kind === 'file') return (await stat(place.path).catch(() => undefined))?.mtime
  const { bucket, key } = place.address
  try {
    return (await client.head(key, { bucket })).lastModified
  } catch (error) {
    if (error instanceof OssError && error.status === 404) return undefined
    throw error
  }
}
