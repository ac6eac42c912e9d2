import type { Language } from '../language.js'

/** The texts of `bindery config` and `bindery profile`. */
export interface ConfigWords {
  readonly noProfiles: string
}

const ENGLISH: ConfigWords = {
  noProfiles: 'There are no profiles. Create one: bindery config set endpoint URL --profile NAME',
}

const CHINESE: ConfigWords = {
  noProfiles: '没有 Profile。创建：bindery config set endpoint URL --profile NAME',
}

/** The texts of `bindery config` and `bindery profile` in a language. */
export function configWordsIn(language: Language): ConfigWords {
  return language === 'zh' ? CHINESE : ENGLISH
}
