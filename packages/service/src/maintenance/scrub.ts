import { hex } from '@bindery/bytes'
import { type BlobEntry, type Bytes, type Reader, StorageError } from '@bindery/storage'
import { namesBlob } from '../domain/bytes/blobs.js'
import type { Domain } from '../domain/domain.js'
import { isDamage, unlessDamaged } from '../domain/stored/damage.js'
import { namesIn, ownerRows } from '../domain/stored/keyspace.js'
import type { Facts } from './findings.js'

/** A step of the scrubber: bytes that were read and verified, or a damaged blob that a record names. */
export type Scrubbed =
  | { readonly kind: 'sound'; readonly bytes: number }
  | { readonly kind: 'damaged'; readonly facts: Facts; readonly reason: string }

type Stores = Pick<Domain, 'metadata' | 'blobs' | 'random'>

/**
 * One pass over all blobs, while the store is in use: reads them by the ordinary verified read, piece by piece, at the
 * caller's pace. It begins at a random position, so that interrupted passes do not always read the same blobs.
 */
export async function* scrub(stores: Stores): AsyncGenerator<Scrubbed, void> {
  const middle = hex(stores.random(8))
  for await (const entry of stores.blobs.list(middle)) yield* scrubBlob(stores, entry)
  for await (const entry of stores.blobs.list()) {
    if (entry.id > middle) return
    yield* scrubBlob(stores, entry)
  }
}

async function* scrubBlob(stores: Stores, entry: BlobEntry): AsyncGenerator<Scrubbed, void> {
  try {
    yield* read(stores, entry)
    return
  } catch (error) {
    if (!isLoss(error)) throw error
  }
  // It may have been freed meanwhile, or be an unfinished write of another process: no record names such a blob.
  const owner = await ownerIfNamed(stores, entry)
  if (owner === undefined) return
  try {
    yield* read(stores, entry)
  } catch (error) {
    if (!isLoss(error)) throw error
    if ((await ownerIfNamed(stores, entry)) === undefined) return
    yield { kind: 'damaged', facts: { ...namesIn(owner), blob: entry.id }, reason: error.message }
  }
}

async function* read({ blobs }: Stores, { id }: BlobEntry): AsyncGenerator<Scrubbed, void> {
  for await (const { bytes, release } of blobs.read(id, undefined, { asStored: true })) {
    release()
    yield { kind: 'sound', bytes: bytes.length }
  }
}

const isLoss = (error: unknown): error is StorageError =>
  error instanceof StorageError && (error.kind === 'corrupt' || error.kind === 'notFound')

async function ownerIfNamed({ metadata }: Stores, { id, hint }: BlobEntry): Promise<Bytes | undefined> {
  const hinted = (await hint())?.owner
  return metadata.read(async (reader) => {
    const owner = (await unlessDamaged(reader.get(ownerRows.key({ blob: id })))) ?? hinted
    return owner !== undefined && (await mayName(reader, owner, id)) ? owner : undefined
  })
}

/** A damaged record may name it. */
async function mayName(reader: Reader, owner: Bytes, blob: string): Promise<boolean> {
  try {
    return await namesBlob(reader, owner, blob)
  } catch (error) {
    if (isDamage(error)) return true
    throw error
  }
}
