/** The languages of the command's texts. */
export type Language = 'en' | 'zh'

/**
 * The language that `BINDERY_LANG`, `LC_ALL`, `LC_MESSAGES` or `LANG` selects; the first of them that is set counts.
 */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const locale = env.BINDERY_LANG || env.LC_ALL || env.LC_MESSAGES || env.LANG || ''
  return locale.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}
