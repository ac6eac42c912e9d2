import type { Client, ObjectInfo } from '@bindery/client'
import type { Arguments } from '../arguments.js'
import type { METADATA_FLAGS } from '../flags.js'
import { globOf } from '../transfer/filter.js'

/** HeadObject requests at a time. */
const REQUESTS = 16

/** Whether an object with this user metadata is taken. Names are in lower case. */
export type MetadataFilter = (meta: ObjectInfo['meta']) => boolean

/**
 * The filter of `--metadata-include` and `--metadata-exclude`; undefined without any. One of several includes must match, and no
 * exclude may.
 */
export function metadataFilterOf({
  given,
}: Pick<Arguments<(typeof METADATA_FLAGS)[number]>, 'given'>): MetadataFilter | undefined {
  const testsOf = (flag: string) => given.filter(({ name }) => name === flag).map(({ value }) => testOf(value))
  const [included, excluded] = [testsOf('metadata-include'), testsOf('metadata-exclude')]
  if (included.length + excluded.length === 0) return undefined
  return (meta) =>
    (included.length === 0 || included.some((test) => test(meta))) && !excluded.some((test) => test(meta))
}

/** The test for `NAME=PATTERN`; `NAME` alone is for any value. */
function testOf(text: string): MetadataFilter {
  const [name = '', ...rest] = text.split('=')
  // with a slash a pattern is for the whole text
  const matches = globOf(`/${rest.length === 0 ? '**' : rest.join('=')}`)
  const key = name.trim().toLowerCase()
  return (meta) => meta[key] !== undefined && matches(`/${meta[key]}`)
}

/**
 * The objects that a filter takes, in their order. One HeadObject per object is sent, several at a time. An object that was
 * deleted meanwhile is not taken. Throws OssError.
 */
export async function* withMetadata<O extends { readonly key: string }>(
  client: Client,
  bucket: string,
  objects: AsyncIterable<O>,
  filter: MetadataFilter | undefined,
): AsyncGenerator<O> {
  if (filter === undefined) return yield* objects
  const waiting: { readonly object: O; readonly isTaken: Promise<boolean> }[] = []
  async function* decided(count: number): AsyncGenerator<O> {
    while (waiting.length > count) {
      const first = waiting.shift()
      if (first !== undefined && (await first.isTaken)) yield first.object
    }
  }
  for await (const object of objects) {
    const isTaken = client.head(object.key, { bucket }).then(
      ({ meta }) => filter(meta),
      (error) => {
        if (error.code === 'NoSuchKey') return false
        throw error
      },
    )
    isTaken.catch(() => {}) // it is awaited in its turn
    waiting.push({ object, isTaken })
    yield* decided(REQUESTS)
  }
  yield* decided(0)
}
