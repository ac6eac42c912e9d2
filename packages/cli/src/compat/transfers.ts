/** The progress and the end of transfers as ossutil 1 prints them, character by character. */
import { OssError } from '@bindery/client'
import type { Failure } from '@bindery/server/local'
import type { Board } from '../transfer/board.js'

/** Milliseconds between two lines of progress. */
export const PROGRESS_INTERVAL_MS = 5_000

const ACTIONS = { up: 'upload', down: 'download', across: 'copy' } as const
const BYTES_PER_KIB = 1024

/** A whole number in groups of three digits. */
function grouped(number: number): string {
  return String(number).replace(/\B(?=(?:\d{3})+$)/g, ',')
}

/** Replaces its predecessor, which is overwritten with blanks; ossutil counts the two signs of an escaped per cent. */
export class OssutilLine {
  #width = 0

  /** The line of `text`, with what erases the last one in front. */
  next(text: string): string {
    const width = text.length + (text.includes('%') ? 1 : 0)
    const erased = this.#width === 0 ? '' : `\r${' '.repeat(Math.max(this.#width, width))}`
    this.#width = Math.max(this.#width, width)
    return `${erased}\r${text}`
  }

  /** Blanks over the last line. */
  get erased(): string {
    return `\r${' '.repeat(this.#width)}\r`
  }
}

/** The numbers of what was transferred, skipped and not transferred; '' without any. */
function detailOf({ direction, files, skipped, failed }: Board, hasErrors: boolean): string {
  const subject = direction === 'up' ? 'files' : 'objects'
  const parts = [
    hasErrors && failed > 0 ? `Error ${failed} ${subject}` : '',
    files > 0 ? `${ACTIONS[direction]} ${files} ${subject}` : '',
    skipped > 0 ? `skip ${skipped} ${subject}` : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? '' : `(${parts.join(', ')})`
}

/** How far a transfer is. */
function progressOf(board: Board): string {
  const { files, total, totalFiles, committed, bytesPerSecond } = board.snapshot()
  const dealt = files + board.skipped + board.failed
  const speed = `Speed: ${(bytesPerSecond / BYTES_PER_KIB).toFixed(2)}KB/s`
  const done = `Dealed num: ${dealt}${detailOf(board, true)}, OK size: ${grouped(committed)}`
  if (total === undefined || totalFiles === undefined) {
    return `Scanned num: ${dealt}, size: ${grouped(committed)}. ${done}, ${speed}.`
  }
  const share = total === 0 ? 100 : (committed / total) * 100
  return `Total num: ${totalFiles}, size: ${grouped(total)}. ${done}, Progress: ${share.toFixed(3)}%, ${speed}`
}

/** The end of transfers, of which the last may have failed in a way that ended all. */
function endOf(board: Board, isBroken: boolean): string {
  const { files, skipped, failed, bytes, streamed, skippedBytes, totalFiles = 0 } = board
  const moved = bytes + streamed
  const all = Math.max(totalFiles, files + skipped + failed)
  const total = `Total num: ${all}, size: ${grouped(board.totalBytes ?? moved + skippedBytes)}.`
  const transferred = `${detailOf(board, false)}, Transfer size: ${grouped(moved)}`
  if (isBroken) return `${total} Dealed num: ${files + skipped}${transferred}. When error happens.`
  if (failed > 0) return `FinishWithError: ${total} Error num: ${failed}. OK num: ${files + skipped}${transferred}.`
  const skip = skippedBytes > 0 ? `, Skip size: ${grouped(skippedBytes)}` : ''
  return `Succeed: ${total} OK num: ${files + skipped}${detailOf(board, true)}${skip}.`
}

/** The line after the end: whole bytes per millisecond, times a thousand. */
function averageOf({ bytes, streamed, seconds }: Board): string {
  const perMillisecond = Math.floor((bytes + streamed) / Math.max(1, Math.floor(seconds * 1_000)))
  return `\naverage speed ${perMillisecond * 1_000}(byte/s)\n`
}

/** The report of transfers. */
export class OssutilReport {
  readonly #board: Board
  readonly #line = new OssutilLine()

  constructor(board: Board) {
    this.#board = board
  }

  /** The next line of progress, which replaces the last one. */
  progress(): string {
    return this.#line.next(progressOf(this.#board))
  }

  /** The last lines. */
  end(isBroken: boolean): string {
    return `${this.#line.next(endOf(this.#board, isBroken))}\n${averageOf(this.#board)}`
  }
}

/** The words of ossutil for what a service refused; undefined for other failures. */
export function ossutilText({ kind, cause }: Failure): string | undefined {
  if (kind !== 'requestRefused' || !(cause instanceof OssError)) return undefined
  const { status, code, message, requestId = '', ec = '' } = cause
  return `oss: service returned error: StatusCode=${status}, ErrorCode=${code}, ErrorMessage="${message}", RequestId=${requestId}, Ec=${ec}`
}
