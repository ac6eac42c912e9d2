/** The destinations of downloads that are not files of Node.js. */
import { CLIENT_CODES, OssError } from '../types/error.js'
import type { WritableFileLike, WritableHandleLike } from '../types/file-handle.js'
import type { DownloadDestination, DownloadTarget } from '../types/object.js'
import { bytesTarget } from './bytes-target.js'

/** Opens the file at a path. Absent: the platform has no files. */
export type OpenFileTarget = (path: string, options: { readonly resume: boolean }) => DownloadTarget<unknown>

/** The target of a destination. `resume`: whether a file goes on. Throws InvalidOption for what the platform cannot write to. */
export function targetOf(
  destination: DownloadDestination<unknown>,
  resume: boolean,
  openFile: OpenFileTarget | undefined,
): DownloadTarget<unknown> {
  if (destination === 'bytes') return bytesTarget()
  if (destination === 'blob') return blobTarget()
  if ('open' in destination) return destination
  if ('createWritable' in destination) return handleTarget(destination)
  if ('getWriter' in destination) return streamTarget(destination)
  if (openFile !== undefined) return openFile(destination.path, { resume })
  throw new OssError({
    code: CLIENT_CODES.invalidOption,
    message: 'This platform has no files with paths.',
    hint: "Download into 'blob', a stream or the handle of a file.",
  })
}

function blobTarget(): DownloadTarget<Blob> {
  const bytes = bytesTarget()
  let type = ''
  return {
    ...bytes,
    open(info, ...rest) {
      type = info.contentType ?? ''
      return bytes.open(info, ...rest)
    },
    finish: async () => new Blob([(await bytes.finish()) as Uint8Array<ArrayBuffer>], { type }),
  }
}

function handleTarget(handle: WritableHandleLike): DownloadTarget<undefined> {
  let file: WritableFileLike | undefined
  return {
    async open() {
      file = await handle.createWritable()
      return []
    },
    // a copy: browsers may write it after they have returned
    write: async (position, piece) => file?.write({ type: 'write', position, data: piece.slice() }),
    async finish() {
      await file?.close()
      return undefined
    },
    close: async () => file?.abort(),
  }
}

/** Pieces wait for their turn: the connections of later parts are read when all bytes before have been written. */
function streamTarget(stream: WritableStream<Uint8Array>): DownloadTarget<undefined> {
  const writer = stream.getWriter()
  let position = 0
  let wake: (() => void)[] = []
  let failure: unknown
  const advance = () => {
    const waiting = wake
    wake = []
    for (const resolve of waiting) resolve()
  }
  writer.closed.catch((error: unknown) => {
    failure = error
    advance()
  })
  return {
    open: async () => [],
    async write(offset, piece, signal) {
      signal.addEventListener('abort', advance, { once: true })
      while (offset > position && failure === undefined && !signal.aborted) {
        await new Promise<void>((resolve) => wake.push(resolve))
      }
      signal.removeEventListener('abort', advance)
      signal.throwIfAborted()
      if (failure !== undefined) throw failure
      // a part that is fetched again after a pause begins with bytes that were written
      const fresh = piece.slice(position - offset)
      if (fresh.length === 0) return
      await writer.ready
      await writer.write(fresh)
      position += fresh.length
      advance()
    },
    async finish() {
      await writer.close()
      return undefined
    },
    close: async () => writer.abort(new Error('the download was given up')),
  }
}
