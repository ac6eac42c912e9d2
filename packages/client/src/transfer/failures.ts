/** The errors of transfers, with what to do about each. Loaded when there is one, since pages seldom need these texts. */
import { CLIENT_CODES, OssError } from '../types/error.js'

const CHANGES_BYTES = 'something between this machine and the server changes bytes.'

/** A part whose CRC-64 on the server (decimal) differs from that of the bytes sent. It is retryable: the part is sent again. */
export function damaged(partNumber: number, stored: string, sent: bigint): OssError {
  const error = new OssError({
    code: CLIENT_CODES.checksumMismatch,
    message: `The server stored part ${partNumber} with the CRC-64 ${stored}; the bytes sent have ${sent}.`,
    retryable: true,
    hint: `If this repeats, ${CHANGES_BYTES}`,
  })
  error.partNumber = partNumber
  return error
}

/** An object whose CRC-64 on the server (decimal) differs from that of the bytes sent. */
export function mismatch(stored: string, sent: bigint, requestId?: string): OssError {
  return new OssError({
    code: CLIENT_CODES.checksumMismatch,
    message: `The server stored bytes with the CRC-64 ${stored}; those sent have ${sent}.`,
    requestId,
    hint: `Upload it again; if this repeats, ${CHANGES_BYTES}`,
  })
}

/** A source with another number of bytes than announced. */
export function wrongSize(announced: number, found: number): OssError {
  return new OssError({
    code: CLIENT_CODES.sizeMismatch,
    message: `The source has ${found} bytes, not ${announced} as announced. Nothing was stored.`,
  })
}

/** A source whose bytes changed between two reads. */
export function sourceChanged(): OssError {
  return new OssError({
    code: CLIENT_CODES.sourceChanged,
    message: 'The source changed while it was being uploaded.',
    hint: 'Upload it again when nothing writes to it.',
  })
}

/** An upload of an earlier page, whose file must be chosen again. */
export function noSource(key: string): OssError {
  return new OssError({
    code: CLIENT_CODES.invalidOption,
    message: `The source of ${key} is not known any more.`,
    hint: 'Choose the file again: resume({ source }).',
  })
}

/** A source that is not the one of the upload to continue. */
export function otherSource(key: string): OssError {
  return new OssError({
    code: CLIENT_CODES.sourceChanged,
    message: `This is not the source that the upload of ${key} began with.`,
    hint: 'Choose the same file, or begin a new upload.',
  })
}

/** An upload that something else drives. */
export function locked(key: string): OssError {
  return new OssError({
    code: CLIENT_CODES.locked,
    message: `Another process or tab is uploading this source to ${key}.`,
    hint: 'Wait for it, or end it first.',
  })
}
