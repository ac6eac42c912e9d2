import { utf8Bytes } from '@bindery/bytes'
import { type BodyOf, isSelectCode, type Operations, OssError } from '@bindery/protocol'
import {
  dataFrame,
  type EventCounts,
  endEvent,
  endFrame,
  errorMessage,
  progressEvent,
  recordsEvent,
  SelectError,
  type SelectSession,
  startSelect,
  statsEvent,
} from '@bindery/select'
import { andThen, type LentBytes } from '@bindery/storage'
import { handler } from '../../call.js'
import { verifyCustomerKey } from '../../domain/bytes/encryption.js'
import { ownedBytes } from '../../response/lent-stream.js'
import { selectRange } from '../../response/range.js'
import { type Format, formatOf, isCompressed, recordFormOf, selectRequestOf } from '../../select/request.js'
import { type ScannedObject, scanObject } from '../../select/rows-of-object.js'
import { type StatedScanRange, scanRange } from '../../select/scan-range.js'
import { readableObject } from './follow-symlink.js'

/** Bytes of the object that are read before the answer begins: what fails in them is answered by a status. */
const FIRST_BLOCK_BYTES = 4 * 1024 * 1024
/** Characters of output that make a frame. */
const FRAME_LENGTH = 256 * 1024
const SUCCESS = 206
const FAILURE = 400

export const selectObject = handler('SelectObject', (call) =>
  andThen(readableObject(call), (object) => {
    const { document, input, domain } = call
    const { encryption, manifest } = object.record
    return andThen(verifyCustomerKey(domain, encryption, manifest, input.customerKey), () => {
      const { format, output } = document
      const kind = format ?? formatOf(input.process)
      const stated = document.scanRange ?? statedRange(input.range, document, kind, object.record.size)
      const request = selectRequestOf(kind, document, object.record.rows)
      const scan =
        stated === undefined
          ? scanObject(object, isCompressed(document.input))
          : scanRange(object, stated, recordFormOf(request.input))
      const raw = output.outputRawData
      const session = failing(() => startSelect(request))
      // only a document of S3 names its format
      const isOfS3 = format !== undefined
      const content = isOfS3 ? events(session, scan, document.showsProgress === true) : answer(session, scan, raw)
      return { output: { raw }, content }
    })
  }),
)

/** The bytes of a Range header. Throws selectRangeUnsupported, selectRangeTwice, invalidRange. */
function statedRange(
  range: string | undefined,
  { input }: BodyOf<Operations['SelectObject']>,
  format: Format,
  size: number,
): StatedScanRange | undefined {
  if (range === undefined) return undefined
  if (input.csv.range !== '' || input.json.range !== '') throw new OssError('selectRangeTwice')
  if (format !== 'csv' || input.csv.allowQuotedRecordDelimiter || isCompressed(input)) {
    throw new OssError('selectRangeUnsupported')
  }
  const selected = selectRange(range, size, true)
  return selected && { start: selected.start, end: selected.end - 1 }
}

/** The rows as events of S3. Throws where no event was sent yet. */
async function* events(session: SelectSession, scan: ScannedObject, showsProgress: boolean): AsyncGenerator<LentBytes> {
  let processed = 0
  let returned = 0
  let text = ''
  const counts = (): EventCounts => ({ scanned: scan.scanned(), processed, returned })
  const send = (): LentBytes[] => {
    const rows = utf8Bytes(text)
    returned += rows.length
    text = ''
    const sent = ownedBytes(recordsEvent(rows))
    return showsProgress ? [sent, ownedBytes(progressEvent(counts()))] : [sent]
  }
  try {
    for await (const piece of scan.pieces) {
      processed += piece.length
      text += session.push(piece)
      if (session.isDone) break
      if (text.length >= FRAME_LENGTH) yield* send()
    }
    text += session.end()
    if (session.failure !== undefined) throw session.failure
  } catch (thrown) {
    if (returned === 0 || !(thrown instanceof SelectError)) throw asOssError(thrown)
    yield ownedBytes(errorMessage(thrown.code, thrown.message))
    return
  }
  if (text !== '') yield* send()
  yield ownedBytes(statsEvent(counts()))
  yield ownedBytes(endEvent())
}

/** The rows, in frames or as they are. Throws where nothing was given out yet, or there are no frames to report it in. */
async function* answer(session: SelectSession, scan: ScannedObject, raw: boolean): AsyncGenerator<LentBytes> {
  const send = (text: string) => ownedBytes(raw ? utf8Bytes(text) : dataFrame(scan.scanned(), utf8Bytes(text)))
  let text = ''
  let hasBegun = false
  let failure: SelectError | undefined
  try {
    for await (const piece of scan.pieces) {
      text += session.push(piece)
      if (session.isDone) break
      if (text.length < FRAME_LENGTH || (!hasBegun && scan.scanned() < FIRST_BLOCK_BYTES)) continue
      yield send(text)
      hasBegun = true
      text = ''
    }
    text += session.end()
    failure = session.failure
  } catch (thrown) {
    if (!hasBegun || raw || !(thrown instanceof SelectError)) throw asOssError(thrown)
    failure = thrown
  }
  if (text !== '') yield send(text)
  if (raw && failure !== undefined) throw asOssError(failure)
  if (raw) return
  const message = failure === undefined ? '' : `${failure.code}.${failure.message}`
  yield ownedBytes(endFrame(scan.scanned(), failure === undefined ? SUCCESS : FAILURE, message))
}

/** Runs what may throw SelectError, as an error of the wire. */
export function failing<T>(run: () => T): T {
  try {
    return run()
  } catch (thrown) {
    throw asOssError(thrown)
  }
}

/** A failed query as an OssError with its code; anything else as it was thrown. */
export function asOssError(thrown: unknown): unknown {
  if (!(thrown instanceof SelectError) || !isSelectCode(thrown.code)) return thrown
  return new OssError(`select${thrown.code}`, { reason: thrown.message }, { cause: thrown })
}
