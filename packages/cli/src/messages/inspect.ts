import type { Language } from '../language.js'
import { countText } from './count-text.js'

/** The texts of the commands that look at objects. Those of lines end with a line break. */
export interface InspectWords {
  readonly total: string
  readonly openUploads: (parts: number) => string
  readonly treeSum: (sums: { readonly objects: number; readonly folders: number }, size: string) => string
  readonly diffSum: (sums: {
    readonly same: number
    readonly differ: number
    readonly onlyFirst: number
    readonly onlySecond: number
  }) => string
  readonly isSame: (isSame: boolean) => string
}

const ENGLISH: InspectWords = {
  total: 'total',
  openUploads: (parts) => `in open uploads (${countText(parts, 'part')})`,
  treeSum: ({ objects, folders }, size) =>
    `\n${countText(folders, 'folder')}, ${countText(objects, 'object')}, ${size}\n`,
  diffSum: ({ same, differ, onlyFirst, onlySecond }) =>
    `${same} equal, ${differ} different, ${onlyFirst} only in the first, ${onlySecond} only in the second.`,
  isSame: (isSame) => (isSame ? 'Size and CRC-64 are equal.' : 'The two are different.'),
}

const CHINESE: InspectWords = {
  total: '总计',
  openUploads: (parts) => `未完成的上传（${parts} 个分片）`,
  treeSum: ({ objects, folders }, size) => `\n${folders} 个目录，${objects} 个对象，${size}\n`,
  diffSum: ({ same, differ, onlyFirst, onlySecond }) =>
    `相同 ${same} 个，不同 ${differ} 个，只在前者 ${onlyFirst} 个，只在后者 ${onlySecond} 个。`,
  isSame: (isSame) => (isSame ? '大小和 CRC-64 相同。' : '两者不同。'),
}

/** The texts of the commands that look at objects in a language. */
export function inspectWordsIn(language: Language): InspectWords {
  return language === 'zh' ? CHINESE : ENGLISH
}
