import { type Client, type ObjectInfo, OssError } from '@bindery/client'
import { Failure } from '@bindery/server/local'
import type { Arguments } from '../arguments.js'
import { LISTING_FLAGS, METADATA_FLAGS } from '../flags.js'
import { globOf } from '../transfer/filter.js'
import { type Place, placeText } from '../transfer/places.js'
import type { ClientOf } from './with-client.js'

/** HeadObject requests at a time. */
const REQUESTS = 16

/** Whether an object with this user metadata is taken. Names are in lower case. */
export type MetadataFilter = (meta: ObjectInfo['meta']) => boolean

/**
 * The filter of `--metadata-include`, `--metadata-exclude` and `--metadata-filter`; undefined without any. The last rule that
 * matches decides; where none matches, an object is taken unless the first rule is an include. Throws Failure `valueInvalid`.
 */
export function metadataFilterOf({ given }: MetadataArguments): MetadataFilter | undefined {
  const rules = given.flatMap(({ name, value }) => rulesOf(name, value))
  const [first] = rules
  if (first === undefined) return undefined
  return (meta) => rules.findLast(({ matches }) => matches(meta))?.isIncluded ?? !first.isIncluded
}

type MetadataArguments = Pick<Arguments<(typeof METADATA_FLAGS)[number]>, 'given'>

interface Rule {
  readonly isIncluded: boolean
  readonly matches: MetadataFilter
}

function rulesOf(flag: string, value: string): readonly Rule[] {
  if (flag === 'metadata-include') return [{ isIncluded: true, matches: testOf(value) }]
  if (flag === 'metadata-exclude') return [{ isIncluded: false, matches: testOf(value) }]
  if (flag !== 'metadata-filter') return []
  const [, sign, test = ''] = /^([+-])\s+(.+)$/s.exec(value) ?? []
  if (sign !== undefined) return [{ isIncluded: sign === '+', matches: testOf(test) }]
  throw new Failure('valueInvalid', { name: `--${flag}`, value, expected: '"+ owner=me", "- stage=raw*"' })
}

/** Refuses a metadata filter for versions: the metadata of each would take a request of its own. Throws Failure `addressUnfit`. */
export function requireNoMetadata(command: string, filter: MetadataFilter | undefined): void {
  if (filter === undefined) return
  const address = command === 'rm' ? '--all-versions' : '--versions'
  throw new Failure('addressUnfit', {
    command: `${command} --metadata-include`,
    address,
    needed: 'oss://BUCKET/PREFIX',
  })
}

const OF_OBJECTS: ReadonlySet<string> = new Set([...METADATA_FLAGS, ...LISTING_FLAGS])

/** Refuses flags that choose by what only objects have, for other places. Throws Failure `addressUnfit`. */
export function requireObjects(
  command: string,
  { given }: Pick<Arguments<string>, 'given'>,
  places: readonly Place[],
): void {
  const flag = given.find(({ name }) => OF_OBJECTS.has(name))
  const other = places.find(({ kind }) => kind !== 'object')
  if (flag === undefined || other === undefined) return
  const address = placeText(other)
  throw new Failure('addressUnfit', { command: `${command} --${flag.name}`, address, needed: 'oss://BUCKET/PREFIX' })
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
 * The entries that a filter takes, in their order. One HeadObject is sent for each that `objectOf` finds an object in, several at a
 * time; the others are taken. An object that was deleted meanwhile is not. Throws OssError.
 */
export async function* withMetadata<E>(
  entries: AsyncIterable<E>,
  filter: MetadataFilter | undefined,
  objectOf: (entry: E) => RemoteObject | undefined,
): AsyncGenerator<E> {
  if (filter === undefined) return yield* entries
  const waiting: { readonly entry: E; readonly isTaken: boolean | Promise<boolean> }[] = []
  async function* decided(count: number): AsyncGenerator<E> {
    while (waiting.length > count) {
      const first = waiting.shift()
      if (first !== undefined && (await first.isTaken)) yield first.entry
    }
  }
  for await (const entry of entries) {
    const object = objectOf(entry)
    const isTaken = object === undefined || isTakenBy(filter, object)
    if (isTaken instanceof Promise) isTaken.catch(() => {}) // it is awaited in its turn
    waiting.push({ entry, isTaken })
    yield* decided(REQUESTS)
  }
  yield* decided(0)
}

/** An object, and the client of its server. */
export interface RemoteObject {
  readonly client: Client
  readonly bucket: string
  readonly key: string
}

/** The object that a place is, and the client of its server; undefined for other places. */
export function objectIn(clientOf: ClientOf, place: Place): RemoteObject | undefined {
  if (place.kind !== 'object') return undefined
  const { bucket, key } = place.address
  return { client: clientOf(place.address), bucket, key }
}

async function isTakenBy(filter: MetadataFilter, { client, bucket, key }: RemoteObject): Promise<boolean> {
  try {
    return filter((await client.head(key, { bucket })).meta)
  } catch (error) {
    if (error instanceof OssError && error.code === 'NoSuchKey') return false
    throw error
  }
}
