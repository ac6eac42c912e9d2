import { utf8Bytes } from '@bindery/bytes'
import { isSelectCode, OssError } from '@bindery/protocol'
import { dataFrame, endFrame, SelectError, type SelectSession, startSelect } from '@bindery/select'
import { andThen, type LentBytes } from '@bindery/storage'
import { handler } from '../../call.js'
import { ownedBytes } from '../../response/lent-stream.js'
import { formatOf, isCompressed, selectRequestOf } from '../../select/request.js'
import { type ScannedObject, scanObject } from '../../select/rows-of-object.js'
import { readableObject } from './follow-symlink.js'

/** Bytes of the object that are read before the answer begins: what fails in them is answered by a status. */
const FIRST_BLOCK_BYTES = 4 * 1024 * 1024
/** Characters of output that make a frame. */
const FRAME_LENGTH = 256 * 1024
const SUCCESS = 206
const FAILURE = 400

export const selectObject = handler('SelectObject', (call) =>
  andThen(readableObject(call), (object) => {
    const { document, input } = call
    const request = selectRequestOf(formatOf(input.process), document, object.record.rows)
    const scan = scanObject(object, isCompressed(document.input))
    const raw = document.output.outputRawData
    const session = failing(() => startSelect(request))
    return { output: { raw }, content: answer(session, scan, raw) }
  }),
)

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
