/** The difference between two versions of an object. */
import { headerText } from './metadata.js'
import { headObject, readTags, type Target } from './objects.js'

/** One fact of which two versions have different values; an empty text stands for none. */
export interface Difference {
  readonly name: string
  readonly older: string
  readonly newer: string
}

/** Headers of the answer, and those that differ between any two versions. */
const OF_THE_ANSWER =
  /^(date|connection|keep-alive|server|x-oss-request-id|x-oss-server-time|accept-ranges|vary|x-oss-version-id|x-oss-tagging-count)$/

/** The facts about a version: headers, and tags by their names. Throws ServerError. */
export async function factsOf(
  bucket: string,
  target: Target,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const [headers, tags] = await Promise.all([headObject(bucket, target, signal), readTags(bucket, target, signal)])
  const shown = [...headers].filter(([name]) => !OF_THE_ANSWER.test(name))
  return new Map([
    ...shown.map(([name, value]) => [name, headerText(value)] as const),
    ...tags.map(([name, value]) => [`tag ${name}`, value] as const),
  ])
}

/** The facts that differ, by name. */
export function differencesOf(
  older: ReadonlyMap<string, string>,
  newer: ReadonlyMap<string, string>,
): readonly Difference[] {
  const names = [...new Set([...older.keys(), ...newer.keys()])].sort()
  return names.flatMap((name) => {
    const [before = '', after = ''] = [older.get(name), newer.get(name)]
    return before === after ? [] : [{ name, older: before, newer: after }]
  })
}
