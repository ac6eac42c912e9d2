import { operations, type PrintRows } from '@bindery/protocol'
import type { Domain } from './domain/domain.js'
import { type ObjectQuery, listObjects as readObjects } from './domain/objects/listing.js'
import { objectRows } from './domain/stored/keyspace.js'
import { listedObjects } from './operations/bucket/list-objects.js'
import { ownerOf } from './operations/describe.js'

/** Objects of one page: less than a page that clients request, so that no request waits long for it. */
const PAGE = 200
/** Pages after which V8 has compiled what a page runs. */
const PAGES = 24

/**
 * Makes pages of the first objects of the store and throws them away; yields after each. V8 interprets code at first, and compiles what runs often:
 * without this the first page that a client requests of a process costs four times the later ones. Ends at once where the store
 * has few objects, and where it lies on a network, whose round trips take longer than the code.
 */
export async function* rehearseListings(
  domain: Domain,
  printRows: PrintRows | undefined,
): AsyncGenerator<void, void, undefined> {
  const { metadata } = domain
  if (metadata.recalling !== undefined) return
  const { from, to } = objectRows.all
  const rows = await metadata.read((reader) => reader.range(from, to, { limit: PAGE }))
  const [first] = rows
  if (first === undefined || rows.length < PAGE) return
  const { bucket } = objectRows.namesOf(first.key)
  const query = { bucket, prefix: '', delimiter: '', after: '', maxKeys: PAGE, wholeGroups: true }
  for (let page = 0; page < PAGES; page += 1) {
    await makePage(domain, query, printRows)
    yield
  }
}

async function makePage(domain: Domain, query: ObjectQuery, printRows: PrintRows | undefined): Promise<void> {
  const { bucket, prefix, delimiter, after: marker, maxKeys } = query
  const { objects, prefixes, next } = await readObjects(domain, query)
  const call = { domain, etagOf: ({ etag }: { readonly etag: string }) => etag }
  const contents = listedObjects(call, objects, { ownerOf, printRows })
  const commonPrefixes = prefixes.map((prefix) => ({ prefix }))
  const page = { name: bucket, prefix, delimiter, marker, maxKeys, isTruncated: next !== undefined, nextMarker: next }
  const { result } = operations.ListObjects
  if (result !== 'bytes') result?.encode({ ...page, contents, commonPrefixes })
}
