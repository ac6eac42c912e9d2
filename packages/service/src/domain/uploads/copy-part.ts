/**
 * UploadPartCopy by reference: the part names slices of the source, and holder rows in the same commit keep what they
 * name. The commit reads the record that names the source, so that a source which was changed or deleted meanwhile is
 * read again. Bytes are copied only where a reference would cost more than it saves: very small ranges, chains that are
 * too deep, and sequential uploads, which need the MD5 of their bytes.
 */
import { hex, utf8Bytes } from '@bindery/bytes'
import { OssError, PART_SIZE_MAX } from '@bindery/protocol'
import { type ByteRange, StorageError, together } from '@bindery/storage'
import { readBucket } from '../buckets/buckets.js'
import { cipherFor, isSameCipher, rewrapFor, withDataKey } from '../bytes/encryption.js'
import { crc64Of, findManifest, piecesOf, sliceRanges } from '../bytes/manifest-bytes.js'
import { withLent } from '../bytes/sources.js'
import { type Domain, newId } from '../domain.js'
import type { Copied } from '../objects/copy-object.js'
import { requireStored } from '../objects/current.js'
import { type OpenObject, openObject } from '../objects/open-object.js'
import { promote } from '../objects/promote.js'
import { withScope } from '../scope.js'
import { holderRows } from '../stored/keyspace.js'
import { depthOf } from '../stored/manifest.js'
import type {
  Encryption,
  EncryptionChoice,
  ObjectName,
  ObjectRecord,
  PartRecord,
  Slice,
  UploadRecord,
  WrappedKey,
} from '../stored/model.js'
import { completeIfWhole } from './auto-complete.js'
import { checkPartSize, envelopeOf } from './client-encryption.js'
import { announcePart, findUpload, putPart, readPartTarget, storePart, type UploadName } from './uploads.js'

const ATTEMPTS_MAX = 16
const SLICES_MAX = 64
const DEPTH_MAX = 16
/** A shorter range is copied rather than referenced: a few bytes must not keep gigabytes. */
const SLICE_BYTES_MIN = 65_536

type UnnamedSlice = Omit<Slice, 'reference'>

/** A part that is to be copied. */
export interface CopiedPart extends UploadName {
  readonly partNumber: number
  readonly source: ObjectName
  /** Checks the source (conditions) and returns the range to copy; undefined for all. May be called more than once. */
  readonly choose: (source: ObjectRecord) => ByteRange | undefined
}

/**
 * Makes a part of a range of an object, and completes its upload if that was requested and the part makes it whole.
 * Throws noSuchUpload, noSuchKey, noSuchVersion, partNotSequential, partAlreadyExist, entityTooLarge and what `choose` throws.
 */
export async function copyPart(domain: Domain, copy: CopiedPart): Promise<Copied<PartRecord>> {
  const upload = await findUpload(domain, copy)
  await domain.blobs.requireSpace?.()
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const copied = await withScope(async (scope) => {
      const open = await openObject(domain, scope, copy.source)
      const made = await copyOpen(domain, copy, upload, open)
      return made === 'changed' ? undefined : { made, source: open.record }
    })
    if (copied === undefined) continue
    await completeIfWhole(domain, upload)
    return copied
  }
  throw new StorageError('conflict', 'the source kept changing while it was being copied')
}

async function copyOpen(
  domain: Domain,
  copy: CopiedPart,
  upload: UploadRecord,
  open: OpenObject,
): Promise<PartRecord | 'changed'> {
  const source = open.record
  if (source.type === 'Symlink') throw new OssError('invalidTargetType')
  if (envelopeOf(source) !== undefined) throw new OssError('envelopeOfSource')
  const whole = { start: 0, end: source.size }
  const range = copy.choose(source) ?? whole
  const size = range.end - range.start
  if (size > PART_SIZE_MAX) throw new OssError('entityTooLarge')
  checkPartSize(upload, copy.partNumber, size)
  const isWhole = size === source.size
  const isShareable = !upload.sequential && isSameCipher(source.encryption, upload.encryption)
  const plan = isShareable ? await planSlices(domain, source, range, upload.encryption) : undefined
  if (plan === undefined || plan.depth > DEPTH_MAX || (size < SLICE_BYTES_MIN && !isWhole)) {
    return withLent(open.read(range), size, (bytes) => storePart(domain, { ...copy, contentMd5: undefined }, bytes))
  }
  const part: PartRecord = {
    partNumber: copy.partNumber,
    size,
    etag: isWhole ? source.etag : (plan.etag ?? tagOf(domain, source.manifest, range)),
    crc64: isWhole ? source.crc64 : await crc64OfRange(domain, source, range),
    modifiedAt: domain.clock(),
    bytes: { kind: 'slices', slices: plan.slices, depth: plan.depth },
  }
  const made = await domain.metadata.transact(async (tx) => {
    const [, current, target] = await together(
      readBucket(domain, tx, copy.source.bucket),
      requireStored(tx, copy.source),
      readPartTarget(domain, tx, copy, copy.partNumber),
    )
    if (current.record.manifest !== source.manifest) return 'changed'
    promote(tx, current)
    const replaced = await putPart(domain, tx, target, part)
    for (const slice of plan.slices) holderRows.set(tx, slice, undefined)
    return replaced ? 'replaced' : 'added'
  })
  if (made === 'changed') return made
  if (made === 'replaced') domain.meter.replacedPart()
  await announcePart(domain, copy, part)
  return part
}

interface SlicePlan {
  readonly slices: readonly Slice[]
  readonly depth: number
  /** The MD5 of the bytes, where the range is one whole blob. */
  readonly etag?: string
}

/**
 * A range that covers few slices refers to their targets; one that covers many refers to the source's manifest, one
 * level deeper. Data keys are wrapped for the upload.
 */
async function planSlices(
  domain: Domain,
  source: ObjectRecord,
  range: ByteRange,
  choice: EncryptionChoice | undefined,
): Promise<SlicePlan> {
  const { manifest, bytes, encryption } = source
  const length = range.end - range.start
  const single = { manifest, offset: range.start, length, ...dataKeyField(encryption?.dataKey) }
  const named = async (targets: readonly UnnamedSlice[]) =>
    Promise.all(targets.map((target) => nameSlice(domain, target, encryption, choice)))
  if (length === 0) return { slices: [], depth: 1 }
  if (bytes.kind === 'blob') return { slices: await named([single]), depth: 1 }
  const targets: UnnamedSlice[] = []
  let depth = 1
  let parts = 0
  let etag: string | undefined
  for await (const { part, start, range: piece } of piecesOf(domain, manifest, range)) {
    parts += 1
    if (part.bytes.kind === 'blob') extend(targets, { ...single, offset: start, length: piece.end - piece.start })
    else {
      for (const { manifest, range, dataKey } of sliceRanges(part.bytes.slices, piece)) {
        extend(targets, { manifest, offset: range.start, length: range.end - range.start, ...dataKeyField(dataKey) })
      }
    }
    depth = Math.max(depth, depthOf(part))
    if (part.bytes.kind === 'blob' && piece.end - piece.start === part.size) etag = part.etag
    if (parts > SLICES_MAX || targets.length > SLICES_MAX) {
      return { slices: await named([single]), depth: (await findManifest(domain, manifest)).depth + 1 }
    }
  }
  const plan = { slices: await named(targets), depth }
  return parts === 1 && etag !== undefined ? { ...plan, etag } : plan
}

const dataKeyField = (dataKey: WrappedKey | undefined) => (dataKey === undefined ? {} : { dataKey })

async function nameSlice(
  domain: Domain,
  { dataKey, ...slice }: UnnamedSlice,
  encryption: Encryption | undefined,
  choice: EncryptionChoice | undefined,
): Promise<Slice> {
  const wrapped = await rewrapFor(domain, withDataKey(encryption, dataKey), slice.manifest, choice)
  return { ...slice, reference: newId(domain), ...dataKeyField(wrapped?.dataKey) }
}

/** Adds a target, joined with the last one if it continues it. */
function extend(targets: UnnamedSlice[], next: UnnamedSlice): void {
  const last = targets.at(-1)
  if (last !== undefined && last.manifest === next.manifest && last.offset + last.length === next.offset) {
    targets[targets.length - 1] = { ...last, length: last.length + next.length }
  } else targets.push(next)
}

async function crc64OfRange(domain: Domain, record: ObjectRecord, range: ByteRange): Promise<bigint> {
  const { manifest, bytes, encryption } = record
  if (bytes.kind === 'manifest') return crc64Of(domain, manifest, range, encryption)
  return domain.blobs.crc64(bytes.blob, range, { cipher: await cipherFor(domain, encryption, manifest) })
}

/** A tag for bytes that were not hashed: the same for the same bytes of the same source. */
function tagOf({ digests }: Domain, manifest: string, { start, end }: ByteRange): string {
  return hex(digests.md5(utf8Bytes(`${manifest}/${start}/${end - start}`))).toUpperCase()
}
