/** The texts of the element, in two languages. */

/** Texts of the element. */
export interface UploaderWords {
  readonly choose: string
  readonly drop: string
  readonly pause: string
  readonly resume: string
  readonly remove: string
  /** A state of an upload, for a reader; `percent` 0 to 100. */
  readonly running: (percent: number) => string
  readonly waiting: string
  readonly paused: string
  readonly offline: string
  readonly done: string
  readonly failed: (message: string) => string
}

const ENGLISH: UploaderWords = {
  choose: 'Choose files',
  drop: 'or drop them here',
  pause: 'Pause',
  resume: 'Resume',
  remove: 'Remove',
  running: (percent) => `${percent}%`,
  waiting: 'Waiting',
  paused: 'Paused',
  offline: 'No network',
  done: 'Done',
  failed: (message) => `Failed: ${message}`,
}

const CHINESE: UploaderWords = {
  choose: '选择文件',
  drop: '或将文件拖放到此处',
  pause: '暂停',
  resume: '继续',
  remove: '移除',
  running: (percent) => `${percent}%`,
  waiting: '等待中',
  paused: '已暂停',
  offline: '网络已断开',
  done: '已完成',
  failed: (message) => `失败：${message}`,
}

/** The texts for the language of a page, as its attribute `lang` names it. */
export function uploaderWords(language: string): UploaderWords {
  return language.toLowerCase().startsWith('zh') ? CHINESE : ENGLISH
}
