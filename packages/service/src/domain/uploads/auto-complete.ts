/**
 * Uploads that complete themselves: when the commit of a part has made one whole, the server completes it as a Complete
 * of all parts by its initiator would, whether the client is still connected or not.
 *
 * A part's commit reads no count, or parts would conflict. The request that committed a part reads the count
 * afterwards: the last one sees all parts. Each such upload has a row, by which uploads are found that a process left
 * whole when it died in between: at once when it is declared dead, and step by step as garbage is swept.
 */
import { OssError } from '@bindery/protocol'
import { type Bytes, type Reader, StorageError, together } from '@bindery/storage'
import type { Domain } from '../domain.js'
import { isDamage, skippingDamage } from '../stored/damage.js'
import { autoCompleteRows, partNumberOf, partRows, uploadRows } from '../stored/keyspace.js'
import type { AutoComplete, AutoCompleteFailure, UploadRecord } from '../stored/model.js'
import type { PartTable } from '../stored/part-table.js'
import { completeUpload } from './complete.js'
import { readUsage } from './uploads.js'

/**
 * Completes a whole upload that requested it. A refusal is kept for explanations, and the upload stays open; failures
 * of a store are retried by later steps.
 */
export async function completeIfWhole(domain: Domain, upload: UploadRecord): Promise<void> {
  const { autoComplete } = upload
  if (autoComplete === undefined) return
  try {
    const edition = await domain.metadata.read((reader) => readWhole(reader, upload, autoComplete))
    if (edition === undefined) return
    const failure = await complete(domain, upload, autoComplete)
    if (failure !== undefined) await keepFailure(domain, upload, { ...failure, edition })
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    if (isDamage(error)) domain.damage.add(autoCompleteRows.key(upload), error)
  }
}

/** Why an upload that is whole was not completed. */
export async function readFailure(reader: Reader, upload: UploadRecord): Promise<AutoCompleteFailure | undefined> {
  return (await autoCompleteRows.read(reader, upload))?.failure
}

/** The edition in which an upload is whole; undefined if it is not, or was refused in this edition. */
async function readWhole(reader: Reader, upload: UploadRecord, when: AutoComplete): Promise<number | undefined> {
  const { from, to } = partRows.rangeUnder({ manifest: upload.uploadId })
  const [{ parts, bytes, edition }, [last], failure] = await together(
    readUsage(reader, upload.uploadId),
    reader.range(from, to, { limit: 1, reverse: true }),
    readFailure(reader, upload),
  )
  if (when.parts === undefined ? bytes !== when.size || parts === 0 : parts !== when.parts) return undefined
  if (when.parts !== undefined && (last === undefined || partNumberOf(last.key) !== when.parts)) return undefined
  return failure?.edition === edition ? undefined : edition
}

type Refusal = Omit<AutoCompleteFailure, 'edition'>

/** The upload does not have all declared parts, and may still get them. */
class NotWhole extends Error {
  override readonly name = 'NotWhole'
}

async function complete(domain: Domain, upload: UploadRecord, when: AutoComplete): Promise<Refusal | undefined> {
  const { bucket, key, uploadId, initiator: requester } = upload
  const { forbidOverwrite } = when
  const checkParts = (parts: PartTable): void => checkAsDeclared(when, parts)
  try {
    await completeUpload(domain, {
      bucket,
      key,
      uploadId,
      parts: 'all',
      acl: undefined,
      forbidOverwrite,
      requester,
      checkParts,
    })
    return undefined
  } catch (error) {
    if (error instanceof NotWhole) return undefined
    if (!(error instanceof OssError)) throw error
    const isGone = error.reason === 'noSuchUpload' || error.reason === 'noSuchBucket'
    return isGone ? undefined : { code: error.code, message: error.message }
  }
}

/** Parts may have been added or replaced since the count was read. Throws NotWhole, and declaredCrcDiffers. */
function checkAsDeclared(when: AutoComplete, parts: PartTable): void {
  const isWhole =
    when.parts === undefined
      ? parts.bytes === when.size
      : parts.length === when.parts && parts.partNumbers.at(-1) === when.parts
  if (!isWhole) throw new NotWhole()
  const { crc64: declared } = when
  if (declared === undefined) return
  const crc64 = parts.joinedCrc64
  if (crc64 !== declared) throw new OssError('declaredCrcDiffers', { crc64: String(crc64), declared: String(declared) })
}

async function keepFailure(domain: Domain, upload: UploadRecord, failure: AutoCompleteFailure): Promise<void> {
  await domain.metadata.transact(async (tx) => {
    if ((await tx.get(uploadRows.key(upload))) === undefined) return
    autoCompleteRows.set(tx, upload, { failure })
  })
}

/** Uploads per step: records of 40 kB stay within the limit of one read. */
const UPLOADS_AT_ONCE = 100

/** Finds uploads that were whole when their process died. */
export class AutoCompleter {
  readonly #domain: Domain
  #after: Bytes | undefined

  constructor(domain: Domain) {
    this.#domain = domain
  }

  /** Examines all of them. */
  async all(): Promise<void> {
    this.#after = undefined
    do await this.step()
    while (this.#after !== undefined)
  }

  /** Examines the next ones, starting again after the last. */
  async step(): Promise<void> {
    for (const upload of await this.#next()) await completeIfWhole(this.#domain, upload)
  }

  async #next(): Promise<UploadRecord[]> {
    const { metadata, damage } = this.#domain
    const { from, to } = autoCompleteRows.all
    const { rows, next } = await damage.page(metadata, { from: this.#after ?? from, to }, UPLOADS_AT_ONCE)
    this.#after = next
    const uploads: UploadRecord[] = []
    const keys = rows.map(({ key }) => uploadRows.key(autoCompleteRows.namesOf(key)))
    const read = async (some: readonly Bytes[]) => {
      const values = await metadata.read((reader) => reader.getMany(some))
      for (const [index, key] of some.entries()) {
        const value = values[index]
        const upload = value && damage.skip(key, () => uploadRows.decodeRow({ key, value }))
        if (upload !== undefined) uploads.push(upload)
      }
    }
    await skippingDamage(keys, read, (key, error) => damage.add(key, error))
    return uploads
  }
}
