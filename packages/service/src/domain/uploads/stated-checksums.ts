/** The checksums that a Complete states: of its parts, and of the object that they become. */
import { equalBytes } from '@bindery/bytes'
import { OssError } from '@bindery/protocol'
import type { Checksum, ChecksumType, PartChecksum, UploadRecord } from '../stored/model.js'
import type { PartTable } from '../stored/part-table.js'

/** The statements of a Complete beyond its list of parts. */
export interface Statements {
  /** The checksums of the listed parts, in their order; undefined for a part that is listed without. */
  readonly parts?: readonly (PartChecksum | undefined)[] | undefined
  /** A checksum of checksums is made only where each part is listed with its own. */
  readonly demandsPartChecksums?: boolean
  /** The checksum of the object, where its upload has one; the number of parts may be missing. */
  readonly checksum?: string | undefined
  readonly checksumType?: ChecksumType | undefined
  /** Bytes of the object. */
  readonly size?: number | undefined
}

/**
 * Compares what a Complete states with its ordered parts. Checksums count only where the upload has one and each of the
 * parts has it. Throws objectSizeDiffers, checksumTypeOfUploadDiffers, checksumOfPartMissing, checksumOfPartDiffers, invalidPart.
 */
export function checkStatements(upload: UploadRecord, parts: PartTable, stated: Statements): void {
  const { checksum, uploadId } = upload
  if (stated.size !== undefined && stated.size !== parts.bytes) {
    throw new OssError('objectSizeDiffers', { stated: stated.size, computed: parts.bytes })
  }
  if (stated.checksumType !== undefined && stated.checksumType !== checksum?.type) {
    throw new OssError('checksumTypeOfUploadDiffers', { type: checksum?.type ?? 'null' })
  }
  if (checksum === undefined || !hasAll(parts, checksum)) return
  for (let index = 0; index < parts.length; index += 1) {
    const partNumber = parts.partNumber(index)
    const one = stated.parts?.[index]
    if (one === undefined) {
      if (checksum.type === 'FULL_OBJECT' || stated.demandsPartChecksums !== true) continue
      throw new OssError('checksumOfPartMissing', { algorithm: checksum.name, partNumber })
    }
    if (one.name !== checksum.name) throw new OssError('checksumOfPartDiffers', { algorithm: one.name, partNumber })
    const stored = parts.checksum(index)
    if (stored !== undefined && !equalBytes(stored.bytes, one.bytes)) {
      throw new OssError('invalidPart', { etag: parts.etag(index), partNumber, uploadId })
    }
  }
}

function hasAll(parts: PartTable, { name }: Pick<Checksum, 'name'>): boolean {
  for (let index = 0; index < parts.length; index += 1) if (parts.checksum(index)?.name !== name) return false
  return true
}
