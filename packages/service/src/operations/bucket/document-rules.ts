import { newId } from '../../domain/domain.js'
import type { AllDocumentRules } from './documents.js'

/** Rules that need more than what is sent: ids to be made, and what else the store holds. */
export const documentRules: AllDocumentRules = {
  lifecycle: {
    complete: ({ rules }, domain) => ({ rules: rules.map((rule) => ({ ...rule, id: rule.id || newId(domain) })) }),
  },
}
