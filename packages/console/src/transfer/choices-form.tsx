import type { JSX } from 'preact'
import { useWords } from '../app/language.js'
import { useStore } from '../app/store.js'
import { Choice, TextField } from '../parts/field.js'
import { type Choices, CONFLICTS, choices } from './state.js'

const PART_SIZES = ['auto', '1', '8', '32', '128'] as const
const PARALLEL = ['auto', '1', '2', '4', '6'] as const
const CLASSES = ['', 'Standard', 'IA', 'Archive', 'ColdArchive', 'DeepColdArchive'] as const
const ACLS = ['default', 'private', 'public-read', 'public-read-write'] as const

/** How the files are uploaded that are added from now on. */
export function ChoicesForm(): JSX.Element {
  const words = useWords()
  const value = useStore(choices)
  const set = (more: Partial<Choices>) => choices.set({ ...choices.value, ...more })
  const { transfers } = words
  const isLimit = value.limit === '' || (Number(value.limit) > 0 && Number.isFinite(Number(value.limit)))
  return (
    <div class="stack tight">
      <Choice
        label={transfers.conflict}
        value={value.conflict}
        options={CONFLICTS.map((one) => [one, transfers.conflicts[one]] as const)}
        onChange={(conflict) => set({ conflict })}
      />
      <details>
        <summary>{transfers.more}</summary>
        <div class="pairs">
          <Choice
            label={transfers.partSize}
            value={value.partSize}
            options={PART_SIZES.map((one) => [one, one === 'auto' ? transfers.bySize : `${one} MiB`] as const)}
            onChange={(partSize) => set({ partSize })}
          />
          <Choice
            label={transfers.parallel}
            value={value.parallel}
            options={PARALLEL.map((one) => [one, one === 'auto' ? transfers.adapted : one] as const)}
            onChange={(parallel) => set({ parallel })}
          />
          <TextField
            label={transfers.limit}
            hint={transfers.limitHint}
            fault={isLimit ? undefined : transfers.limitFault}
            value={value.limit}
            onChange={(limit) => set({ limit: limit.trim() })}
          />
          <Choice
            label={words.storageClass}
            value={value.storageClass}
            options={CLASSES.map((one) => [one, one === '' ? transfers.asBucket : one] as const)}
            onChange={(storageClass) => set({ storageClass })}
          />
          <Choice
            label={words.object.aclLabel}
            value={value.acl}
            options={ACLS.map((one) => [one, words.object.acls[one]] as const)}
            onChange={(acl) => set({ acl })}
          />
          <TextField
            label={words.object.tagsTitle}
            hint={transfers.tagsHint}
            value={value.tags}
            onChange={(tags) => set({ tags: tags.trim() })}
          />
        </div>
      </details>
    </div>
  )
}
