import { columnsOf } from '../columns.js'
import type { Language } from '../language.js'
import { partMap } from '../part-map.js'
import type { BoardProgress } from '../transfer/board.js'
import type { LeftOut } from '../transfer/items.js'
import { countText } from './count-text.js'
import { sizeText } from './maintenance-words.js'

/** The sums of a command at its end. */
export interface TransferSummary {
  readonly files: number
  /** Bytes at their target, those that did not have to be moved included. */
  readonly bytes: number
  readonly reusedBytes: number
  readonly skipped: number
  readonly failed: number
  readonly retries: number
  readonly seconds: number
}

/** The texts of the commands that transfer objects. */
export interface TransferWords {
  readonly progress: (progress: BoardProgress) => string
  /** The map of the parts of one transfer, in a line of at most `width` characters. */
  readonly parts: (parts: NonNullable<BoardProgress['parts']>, width: number) => string
  readonly summary: (summary: TransferSummary) => string
  readonly stopping: string
  readonly interrupted: (commandLine: string) => string
  /** After a failure that may pass. */
  readonly continuable: (commandLine: string) => string
  /** `abort`: the command line that frees the parts. */
  readonly sourceChanged: (file: string, uploadId: string, abort: string) => string
  readonly leftOut: Readonly<Record<LeftOut['reason'], (name: string) => string>>
  readonly deletedExtras: (count: number) => string
  /** A part of the source was not read. */
  readonly extrasKept: string
  readonly tooManyExtras: (count: number, max: number) => string
  readonly confirmOverwrite: (target: string) => string
  readonly watching: (place: string) => string
  readonly nothingFound: (address: string) => string
}

const ENGLISH: TransferWords = {
  progress: (progress) => progressText(progress, { files: 'files', of: 'of', left: 'left' }),
  parts: (parts, width) =>
    partsText(parts, width, {
      parts: 'parts',
      active: (count) => `${count} in flight`,
      retried: (count) => `${count} retried`,
      reused: (count) => `${count} reused`,
    }),
  summary: ({ files, bytes, reusedBytes, skipped, failed, retries, seconds }) =>
    [
      `${countText(files, 'file')}, ${sizeText(bytes)} in ${seconds.toFixed(1)} s (${speedText(bytes - reusedBytes, seconds)})`,
      reusedBytes === 0 ? '' : `${sizeText(reusedBytes)} were present from an earlier run`,
      skipped === 0 ? '' : `${skipped} skipped`,
      failed === 0 ? '' : `${failed} failed`,
      retries === 0 ? '' : `${retries} retries`,
    ]
      .filter((part) => part !== '')
      .join(', '),
  stopping: 'Stopping after the running parts. A second Ctrl-C stops at once.',
  continuable: (commandLine) => `What is stored stays. To continue: ${commandLine}`,
  interrupted: (commandLine) => `Stopped. To continue: ${commandLine}`,
  sourceChanged: (file, uploadId, abort) =>
    `${file} has changed since its upload was interrupted, so the parts of upload ${uploadId} are not used; the upload starts at the beginning. To free them: ${abort}`,
  leftOut: {
    notAFile: (name) => `${name} is left out: it is not a file.`,
    badName: (name) => `${name} is left out: its key cannot be the name of a file.`,
    unfinished: (name) => `${name} is left out: it belongs to an interrupted download.`,
    unreadable: (name) => `${name} is left out: it cannot be read. Check its permissions.`,
    notText: (name) => `${name} is left out: its name is not UTF-8, so it cannot be a key. Rename it.`,
  },
  deletedExtras: (count) => `${count} deleted from the target.`,
  extrasKept: 'Not everything that only the target has was deleted, because a part of the source could not be read.',
  tooManyExtras: (count, max) => `Nothing was deleted: only the target has ${count}, more than --max-delete ${max}.`,
  confirmOverwrite: (target) => `${target} exists. Replace it? [y]es, [n]o, [a]ll, none: `,
  watching: (place) => `Watching ${place}. Ctrl-C ends it.`,
  nothingFound: (address) => `There is nothing at ${address}.`,
}

const CHINESE: TransferWords = {
  progress: (progress) => progressText(progress, { files: '个文件', of: '/', left: '剩余' }),
  parts: (parts, width) =>
    partsText(parts, width, {
      parts: '分片',
      active: (count) => `传输中 ${count}`,
      retried: (count) => `重试 ${count}`,
      reused: (count) => `沿用 ${count}`,
    }),
  summary: ({ files, bytes, reusedBytes, skipped, failed, retries, seconds }) =>
    [
      `${files} 个文件，${sizeText(bytes)}，用时 ${seconds.toFixed(1)} 秒（${speedText(bytes - reusedBytes, seconds)}）`,
      reusedBytes === 0 ? '' : `其中 ${sizeText(reusedBytes)} 在之前的运行中已传输`,
      skipped === 0 ? '' : `跳过 ${skipped} 个`,
      failed === 0 ? '' : `失败 ${failed} 个`,
      retries === 0 ? '' : `重试 ${retries} 次`,
    ]
      .filter((part) => part !== '')
      .join('，'),
  stopping: '正在等待传输中的分片完成后停止。再按一次 Ctrl-C 立即停止。',
  continuable: (commandLine) => `已保存的部分会保留。继续：${commandLine}`,
  interrupted: (commandLine) => `已停止。继续：${commandLine}`,
  sourceChanged: (file, uploadId, abort) =>
    `${file} 在上次上传中断后发生了变化，因此不再使用上传 ${uploadId} 的分片，从头开始上传。删除这些分片：${abort}`,
  leftOut: {
    notAFile: (name) => `已忽略 ${name}：不是文件。`,
    badName: (name) => `已忽略 ${name}：Key 不能作为文件名。`,
    unfinished: (name) => `已忽略 ${name}：属于中断的下载。`,
    unreadable: (name) => `已忽略 ${name}：无法读取。请检查权限。`,
    notText: (name) => `已忽略 ${name}：名称不是 UTF-8，不能作为 Key。请重命名。`,
  },
  deletedExtras: (count) => `已从目标删除 ${count} 个。`,
  extrasKept: '源中有一部分无法读取，因此没有删除全部多余的内容。',
  tooManyExtras: (count, max) => `没有删除任何内容：要删除的有 ${count} 个，超过 --max-delete ${max}。`,
  confirmOverwrite: (target) => `${target} 已存在。是否覆盖？[y] 是，[n] 否，[a] 全部覆盖，none 全不覆盖：`,
  watching: (place) => `正在监视 ${place}。按 Ctrl-C 结束。`,
  nothingFound: (address) => `${address} 处没有内容。`,
}

/** The texts of the commands that transfer objects in a language. */
export function transferWordsIn(language: Language): TransferWords {
  return language === 'zh' ? CHINESE : ENGLISH
}

function progressText(
  { files, totalFiles, total, committed, inFlight, bytesPerSecond, etaMs }: BoardProgress,
  words: { readonly files: string; readonly of: string; readonly left: string },
): string {
  const bytes = committed + inFlight
  const share = total === undefined ? undefined : total === 0 ? 1 : Math.min(1, bytes / total)
  return [
    share === undefined ? '' : `${Math.floor(share * 100)}%`,
    total === undefined ? sizeText(bytes) : `${sizeText(bytes)} ${words.of} ${sizeText(total)}`,
    totalFiles === undefined || totalFiles < 2 ? '' : `${files} ${words.of} ${totalFiles} ${words.files}`,
    `${sizeText(bytesPerSecond)}/s`,
    etaMs === undefined ? '' : `${durationText(etaMs)} ${words.left}`,
  ]
    .filter((part) => part !== '')
    .join('  ')
}

function speedText(bytes: number, seconds: number): string {
  return `${sizeText(Math.round(bytes / Math.max(0.001, seconds)))}/s`
}

/** `0:19`, `1:02:07`. */
function durationText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000)
  const two = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  const text = `${minutes >= 60 ? `${Math.floor(minutes / 60)}:${two(minutes % 60)}` : minutes}`
  return `${text}:${two(seconds % 60)}`
}

/** Characters of a map: the rest of the line is for the counts. */
const MAP_WIDTH_MAX = 40

function partsText(
  { states, done, active, retries, resumed }: NonNullable<BoardProgress['parts']>,
  width: number,
  words: {
    readonly parts: string
    readonly active: (count: number) => string
    readonly retried: (count: number) => string
    readonly reused: (count: number) => string
  },
): string {
  const facts = [
    words.active(active),
    retries === 0 ? '' : words.retried(retries),
    resumed === 0 ? '' : words.reused(resumed),
  ].filter((fact) => fact !== '')
  const left = `  ${words.parts} ${done}/${states.length}  `
  const right = `  ${facts.join(' · ')}`
  const room = Math.max(1, Math.min(MAP_WIDTH_MAX, width - columnsOf(left) - columnsOf(right)))
  return `${left}${partMap(states, room)}${right}`
}
