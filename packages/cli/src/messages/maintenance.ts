import type { Language } from '../language.js'
import { ENGLISH_MAINTENANCE } from './maintenance-en.js'
import type { MaintenanceSentences } from './maintenance-words.js'
import { CHINESE_MAINTENANCE } from './maintenance-zh.js'

/** The texts of the maintenance commands in a language. */
export function maintenanceIn(language: Language): MaintenanceSentences {
  return language === 'zh' ? CHINESE_MAINTENANCE : ENGLISH_MAINTENANCE
}
