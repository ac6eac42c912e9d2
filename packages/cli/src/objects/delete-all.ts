import type { Client } from '@bindery/client'
import { operations } from '@bindery/protocol'
import type { ObjectWords } from '../messages/objects.js'
import { ProgressLine } from '../progress-line.js'
import type { Filter } from '../transfer/filter.js'
import { type Address, addressText } from './address.js'
import { call } from './call.js'
import { type KeyRange, WHOLE } from './key-range.js'
import type { MetadataFilter } from './metadata-filter.js'
import { complain, writeJson } from './output.js'
import { objectsBelow, versionsBelow } from './selected.js'

/** Keys per request of DeleteMultipleObjects. */
const BATCH = 1_000

/** Many objects of a bucket. */
export interface DeleteAll {
  readonly address: Address
  /** All keys that begin with the address; otherwise its key alone. */
  readonly isRecursive: boolean
  /** All versions and delete markers. */
  readonly hasVersions: boolean
  readonly filter: Filter | undefined
  /** Not for versions. */
  readonly metadata?: MetadataFilter | undefined
  readonly range?: KeyRange
}

/** An object, or one version of it. */
export interface Deletable {
  readonly key: string
  readonly versionId: string | undefined
}

/** How a deletion of many objects is reported. */
export interface DeleteReport {
  readonly words: ObjectWords
  readonly hasProgress: boolean
  readonly hasJson: boolean
  readonly explain: (error: Error) => string
}

/** The objects and versions that a deletion covers, found while they are consumed. Throws OssError. */
export async function* deletableOf(client: Client, selection: DeleteAll): AsyncGenerator<Deletable> {
  const { address, isRecursive, hasVersions, filter, metadata, range = WHOLE } = selection
  const { key: prefix } = address
  if (!hasVersions) {
    for await (const { key } of objectsBelow(client, address, { filter, metadata, range })) {
      yield { key, versionId: undefined }
    }
    return
  }
  for await (const entry of versionsBelow(client, address, { filter, range })) {
    // keys come in order, and the one that was named is the first of its prefix
    if (!isRecursive && entry.key !== prefix) return
    yield { key: entry.key, versionId: entry.versionId }
  }
}

/** Deletes the keys of each page before the next is listed; nothing of the listing is kept. Throws OssError. */
export async function deleteAll(
  client: Client,
  selection: DeleteAll,
  { words, hasJson, hasProgress, explain }: DeleteReport,
): Promise<{ readonly deleted: number; readonly failed: number }> {
  const { bucket } = selection.address
  const line = new ProgressLine()
  let deleted = 0
  let failed = 0
  const flush = async (batch: readonly Deletable[]) => {
    const outcome = await deleteBatch(client, bucket, batch)
    deleted += outcome.deleted.length
    failed += outcome.failed.length
    if (hasJson) for (const one of outcome.deleted) await writeJson({ t: 'deleted', bucket, ...named(one) })
    for (const { one, error } of outcome.failed) {
      line.clear()
      complain(`${addressText({ bucket, key: one.key })}: ${explain(error)}`)
      const { code, message } = error
      if (hasJson) await writeJson({ t: 'error', bucket, ...named(one), code, message })
    }
    if (hasProgress) line.show(() => words.deletedAll({ deleted, failed }).trimEnd())
  }
  let batch: Deletable[] = []
  for await (const one of deletableOf(client, selection)) {
    batch.push(one)
    if (batch.length < BATCH) continue
    await flush(batch)
    batch = []
  }
  if (batch.length > 0) await flush(batch)
  line.clear()
  return { deleted, failed }
}

function named({ key, versionId }: Deletable): { readonly key: string; readonly versionId?: string } {
  return versionId === undefined ? { key } : { key, versionId }
}

interface BatchOutcome {
  readonly deleted: readonly Deletable[]
  readonly failed: readonly { readonly one: Deletable; readonly error: NotDeleted }[]
}

type NotDeleted = Error & { readonly code: string }

/** Throws what the request itself fails with: the next one would fail, too. */
async function deleteBatch(client: Client, bucket: string, batch: readonly Deletable[]): Promise<BatchOutcome> {
  if (batch.some(({ versionId }) => versionId !== undefined)) return deleteVersions(client, bucket, batch)
  const { deleted, failed } = await client.delete(
    batch.map(({ key }) => key),
    { bucket },
  )
  const [first] = failed
  if (first !== undefined && failed.length > 1 && failed.every(({ error }) => error === first.error)) throw first.error
  return {
    deleted: deleted.map((key) => ({ key, versionId: undefined })),
    failed: failed.map(({ key, error }) => ({ one: { key, versionId: undefined }, error })),
  }
}

async function deleteVersions(client: Client, bucket: string, batch: readonly Deletable[]): Promise<BatchOutcome> {
  const { deleteMultipleObjects } = { deleteMultipleObjects: operations.DeleteMultipleObjects }
  const result = await call(client, deleteMultipleObjects, { bucket }, { body: { quiet: false, objects: [...batch] } })
  const done = new Set((result?.deleted ?? []).map(({ key, versionId }) => nameOf({ key, versionId })))
  const isDone = (one: Deletable) => done.has(nameOf(one))
  const error = Object.assign(new Error('The server did not delete it.'), { code: 'NotDeleted' })
  return {
    deleted: batch.filter(isDone),
    failed: batch.filter((one) => !isDone(one)).map((one) => ({ one, error })),
  }
}

/** A key holds no version id after a NUL: it is a name for both. */
function nameOf({ key, versionId }: Deletable): string {
  return `${versionId ?? ''}\0${key}`
}
