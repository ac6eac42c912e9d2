import type { Words } from '../words/en.js'
import { Store, useStore } from './store.js'

/** The languages of the console. */
export type Language = 'en' | 'zh'

const KEPT_AS = 'bindery-language'
const TAGS = { en: 'en', zh: 'zh-CN' } as const

interface Spoken {
  readonly language: Language
  readonly words: Words
}

const spoken = new Store<Spoken | undefined>(undefined)

/** Loads the language of the last choice, or of the browser. */
export async function startLanguage(): Promise<void> {
  const kept = localStorage.getItem(KEPT_AS)
  const own = navigator.languages.some((one) => one.toLowerCase().startsWith('zh')) ? 'zh' : 'en'
  await speak(kept === 'en' || kept === 'zh' ? kept : own)
}

/** Chooses a language, also for the next visit. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEPT_AS, language)
  await speak(language)
}

async function speak(language: Language): Promise<void> {
  const words = language === 'zh' ? (await import('../words/zh.js')).CHINESE : (await import('../words/en.js')).ENGLISH
  document.documentElement.lang = TAGS[language]
  document.title = words.title
  spoken.set({ language, words })
}

function required(value: Spoken | undefined): Spoken {
  if (value === undefined) throw new TypeError('no language was loaded')
  return value
}

/** The texts of the language that is shown. */
export function useWords(): Words {
  return required(useStore(spoken)).words
}

/** The language that is shown. */
export function useLanguage(): Language {
  return required(useStore(spoken)).language
}

/** The texts of the language that is shown, outside of components. */
export function wordsNow(): Words {
  return required(spoken.value).words
}

/** The language that is shown, outside of components. */
export function languageNow(): Language {
  return required(spoken.value).language
}

/** The tag of the language that is shown, for `Intl`. */
export function languageTag(): string {
  return TAGS[spoken.value?.language ?? 'en']
}
