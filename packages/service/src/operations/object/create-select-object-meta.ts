import { OssError } from '@bindery/protocol'
import { metaFrame, type ScannedMeta, scanMeta } from '@bindery/select'
import { handler } from '../../call.js'
import { setCountedRows } from '../../domain/objects/objects.js'
import { type OpenObject, openObject } from '../../domain/objects/open-object.js'
import { findDirectRead, requireReadable } from '../../domain/objects/restore.js'
import type { CountedRows } from '../../domain/stored/model.js'
import { ownedBytes } from '../../response/lent-stream.js'
import { type Format, formatName, formatOf, inputOf, isCompressed } from '../../select/request.js'
import { scanObject } from '../../select/rows-of-object.js'
import { asOssError } from './select-object.js'

/** Counts once: later calls return the stored counts, unless they request a recount. */
export const createSelectObjectMeta = handler('CreateSelectObjectMeta', async (call) => {
  const { document, input, domain, objectName, scope } = call
  const format = formatOf(input.process)
  const object = await openObject(domain, scope, objectName)
  const { record } = object
  requireReadable(record, domain.clock, await findDirectRead(domain, call.bucket))
  if (isCompressed(document.input)) {
    throw new OssError('selectUnsupportedCompressionFormat', { reason: 'Compressed objects have no ranges.' })
  }
  const counted = document.overwriteIfExists ? undefined : record.rows
  const rows = counted ?? (await count(object, format, document.input))
  if (counted === undefined) await setCountedRows(domain, objectName, record, rows)
  return { output: { raw: false }, content: frames(record.size, rows) }
})

async function count(object: OpenObject, format: Format, input: Parameters<typeof inputOf>[1]): Promise<CountedRows> {
  try {
    const scan = scanMeta(inputOf(format, input))
    for await (const piece of scanObject(object, false).pieces) scan.push(piece)
    const { rows, columns, splitLines } = scan.end()
    return {
      format: formatName(format, input),
      rows,
      splits: splitLines.length === 0 ? [0] : splitLines,
      ...(columns === undefined ? {} : { columns }),
    }
  } catch (thrown) {
    throw asOssError(thrown)
  }
}

async function* frames(size: number, { rows, columns, splits }: CountedRows) {
  const meta: ScannedMeta = { splits: splits.length, rows, ...(columns === undefined ? {} : { columns }) }
  yield ownedBytes(metaFrame(size, meta))
}
