import type { Language } from '../language.js'
import type { Explained } from '../mpu/explain.js'
import { timeText } from '../objects/time-text.js'
import { MAP_SIGNS } from '../part-map.js'
import { countText } from './count-text.js'
import { sizeText } from './maintenance-words.js'

/** A map of the parts of an upload, as text is made of it. */
export interface MapFacts {
  readonly uploadId: string
  readonly explained: Explained
  /** The lines of the map. */
  readonly lines: readonly string[]
  /** Part numbers; '' where nothing is missing. */
  readonly missing: string
  readonly undersized: string
}

/** The texts of `bindery mpu`. Those of lines end with a line break. */
export interface MpuWords {
  readonly aborted: (
    address: string,
    uploadId: string,
    held: { readonly parts: number; readonly bytes: number },
  ) => string
  readonly sum: (
    sum: { readonly uploads: number; readonly parts: number; readonly bytes: number },
    size: string,
    oldest: string | undefined,
  ) => string
  readonly swept: (sum: { readonly uploads: number; readonly bytes: number }, kept: number, isDry: boolean) => string
  readonly completed: (
    address: string,
    done: { readonly parts: number; readonly size: number },
    isDry: boolean,
  ) => string
  readonly ended: (address: string) => string
  readonly noUploads: (address: string) => string
  readonly map: (facts: MapFacts) => string
}

const ENGLISH: MpuWords = {
  aborted: (address, uploadId, { parts, bytes }) =>
    `Aborted upload ${uploadId} to ${address}: ${countText(parts, 'part')}, ${sizeText(bytes)}.`,
  sum: ({ uploads, parts, bytes }, size, oldest) =>
    `${countText(uploads, 'upload')}, ${countText(parts, 'part')}, ${countText(bytes, 'byte')} (${size})${oldest === undefined ? '' : `, the oldest since ${oldest}`}\n`,
  swept: ({ uploads, bytes }, kept, isDry) =>
    `${countText(uploads, 'upload')} with ${sizeText(bytes)} ${isDry ? 'would be aborted' : 'aborted'}, ${kept} kept.`,
  completed: (address, { parts, size }, isDry) =>
    `${isDry ? 'Would complete' : 'Completed'} ${address}: ${countText(parts, 'part')}, ${sizeText(size)}.\n`,
  noUploads: (address) => `${address} has no incomplete uploads.`,
  ended: (address) => `The upload to ${address} has ended.\n`,
  map: (facts) => mapOf(facts, ENGLISH_MAP),
}

const CHINESE: MpuWords = {
  aborted: (address, uploadId, { parts, bytes }) =>
    `已取消 ${address} 的上传 ${uploadId}：${parts} 个分片，${sizeText(bytes)}。`,
  sum: ({ uploads, parts, bytes }, size, oldest) =>
    `${uploads} 个上传，${parts} 个分片，${bytes} 字节（${size}）${oldest === undefined ? '' : `，最早开始于 ${oldest}`}\n`,
  swept: ({ uploads, bytes }, kept, isDry) =>
    `${isDry ? '将取消' : '已取消'} ${uploads} 个上传（${sizeText(bytes)}），保留 ${kept} 个。`,
  completed: (address, { parts, size }, isDry) =>
    `${isDry ? '将完成' : '已完成'} ${address}：${parts} 个分片，${sizeText(size)}。\n`,
  noUploads: (address) => `${address} 没有未完成的上传。`,
  ended: (address) => `${address} 的上传已结束。\n`,
  map: (facts) => mapOf(facts, CHINESE_MAP),
}

/** The texts of `bindery mpu` in a language. */
export function mpuWordsIn(language: Language): MpuWords {
  return language === 'zh' ? CHINESE : ENGLISH
}

interface MapWords {
  readonly upload: string
  readonly parts: (count: number, size: string) => string
  readonly begun: string
  readonly active: string
  readonly missing: string
  readonly small: string
  readonly left: string
  readonly completable: (isCompletable: boolean, hasGaps: boolean) => string
  readonly legend: string
}

const ENGLISH_MAP: MapWords = {
  upload: 'Upload',
  parts: (count, size) => `${countText(count, 'part')}, ${size}`,
  begun: 'Begun',
  active: 'Last activity',
  missing: 'Missing parts',
  small: 'Parts too small',
  left: 'Left to send',
  completable: (isCompletable, hasGaps) => {
    if (!isCompletable) return 'It cannot be completed as it is.'
    return hasGaps
      ? 'Completing it takes --all, because its object would lack the missing parts.'
      : 'It can be completed as it is.'
  },
  legend: `${MAP_SIGNS.stored} stored  ${MAP_SIGNS.partly} in part  ${MAP_SIGNS.missing} missing`,
}

const CHINESE_MAP: MapWords = {
  upload: '上传',
  parts: (count, size) => `${count} 个分片，${size}`,
  begun: '开始',
  active: '最近活动',
  missing: '缺少的分片',
  small: '过小的分片',
  left: '尚未上传',
  completable: (isCompletable, hasGaps) => {
    if (!isCompletable) return '现在不能完成。'
    return hasGaps ? '完成需要 --all，因为对象中会缺少这些分片。' : '现在可以完成。'
  },
  legend: `${MAP_SIGNS.stored} 已存储  ${MAP_SIGNS.partly} 部分已存储  ${MAP_SIGNS.missing} 缺少`,
}

function mapOf({ uploadId, explained, lines, missing, undersized }: MapFacts, words: MapWords): string {
  const { partCount, bytes, initiated, initiator, lastActivity, completable, obstacle, plan, gaps } = explained
  const rows = [
    `${words.upload} ${uploadId}: ${words.parts(partCount, sizeText(bytes))}`,
    ...lines,
    words.legend,
    initiated === undefined ? '' : `${words.begun}: ${timeText(new Date(initiated))} (${initiator ?? '?'})`,
    lastActivity === undefined ? '' : `${words.active}: ${timeText(new Date(lastActivity))}`,
    missing === '' ? '' : `${words.missing}: ${missing}`,
    undersized === '' ? '' : `${words.small}: ${undersized}`,
    plan === undefined ? '' : `${words.left}: ${sizeText(plan.bytesMissing)} (${plan.percent} %)`,
    `${words.completable(completable, gaps.length > 0)}${obstacle === undefined ? '' : ` ${obstacle.message}`}`,
  ]
  return `${rows.filter((row) => row !== '').join('\n')}\n`
}
