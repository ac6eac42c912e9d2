import { type BlobId, type BlobStore, carriesBytes, type MetadataStore } from '@bindery/storage'
import { objectRows, partRows, versionRows } from '../domain/stored/keyspace.js'
import type { ObjectRecord } from '../domain/stored/model.js'
import { compare, Fingerprint } from './compare.js'
import { type Entry, walk } from './walk.js'

/** A blob as the record that names it describes it. */
export interface NamedBlob {
  readonly blob: BlobId
  /** Bytes. */
  readonly size: number
  readonly crc64: bigint
}

/** A version that has data; `place` of one that is not current. */
export type DataVersion = Entry<'bucket' | 'key', ObjectRecord> & { readonly place?: number }

/** All versions that have data: the current ones, then the others. */
export async function* dataVersions(metadata: MetadataStore): AsyncGenerator<DataVersion> {
  yield* walk(metadata, objectRows)
  for await (const { record, ...version } of walk(metadata, versionRows)) {
    if (!('deleteMarker' in record)) yield { ...version, record }
  }
}

/** All blobs that records name, but for those whose bytes are in their ids, in no order. The store is at rest. */
export async function* namedBlobs(metadata: MetadataStore): AsyncGenerator<NamedBlob> {
  for (const records of [dataVersions(metadata), walk(metadata, partRows)]) {
    for await (const { record } of records) {
      const { bytes, size, crc64 } = record
      if (bytes.kind === 'blob' && !carriesBytes(bytes.blob)) yield { blob: bytes.blob, size, crc64 }
    }
  }
}

/** Calls back for every blob of a store at rest that no record names, with or without a garbage row. */
export async function forEachUnnamed(
  { metadata, blobs }: { readonly metadata: MetadataStore; readonly blobs: BlobStore },
  visit: (id: BlobId) => Promise<void>,
): Promise<void> {
  const due = async function* () {
    for await (const { blob } of namedBlobs(metadata)) yield { token: blob }
  }
  const found = async function* () {
    for await (const { id } of blobs.list()) yield { token: id }
  }
  const sums = { due: new Fingerprint(), found: new Fingerprint() }
  for await (const { token } of due()) sums.due.add(token)
  for await (const { token } of found()) sums.found.add(token)
  const pass = async () => {}
  await compare({ sums, due, found, missing: pass, shared: pass, stray: ({ token }) => visit(token) })
}
