import { FINDING_KINDS, type Finding } from '@bindery/server'
import type { MaintenanceSentences } from './messages/maintenance-words.js'

/** A finding as a line for people. */
export function findingText({ kind, facts, repaired }: Finding, words: MaintenanceSentences): string {
  const note = repaired ? ` ${words.repairedNote}` : ''
  return `${words.severity[FINDING_KINDS[kind]]}  ${words.subject(facts)}${words.findings[kind](facts)}${note}`
}

/** A finding as a line of JSON. */
export function findingJson({ kind, facts, repaired }: Finding): string {
  return JSON.stringify({ kind, severity: FINDING_KINDS[kind], repaired, ...facts })
}
