import { OssError } from '@bindery/protocol'
import { BelowReserve, StorageError, type StorageErrorKind } from '@bindery/storage'

type Row = 'noSpace' | 'slowDown' | 'objectDamaged' | 'serviceUnavailable' | 'internalError'

const ROWS: Readonly<Record<StorageErrorKind, Row>> = {
  noSpace: 'noSpace',
  conflict: 'slowDown',
  corrupt: 'objectDamaged',
  notFound: 'objectDamaged',
  fenced: 'serviceUnavailable',
  unavailable: 'serviceUnavailable',
  limit: 'internalError',
  misuse: 'internalError',
}

/**
 * The OSS error for anything thrown. Any other error is the server's own state or a bug: it becomes the `cause` for the
 * log, and nothing of it leaves the server.
 */
export function toOssError(thrown: unknown): OssError {
  if (thrown instanceof OssError) return thrown
  if (thrown instanceof BelowReserve) {
    const details = { freeMiB: mebibytes(thrown.freeBytes), reserveMiB: mebibytes(thrown.reserveBytes) }
    return new OssError('belowReserve', details, { cause: thrown })
  }
  const reason = thrown instanceof StorageError ? ROWS[thrown.kind] : 'internalError'
  return new OssError(reason, {}, { cause: thrown })
}

/** With one decimal: on a small disk, what is left and what is kept differ by less than 1 MiB. */
function mebibytes(bytes: number): number {
  return Math.floor((bytes / 1024 ** 2) * 10) / 10
}
