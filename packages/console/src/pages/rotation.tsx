import type { JSX } from 'preact'
import { time } from '../app/format.js'
import { useWords } from '../app/language.js'
import { AsCommand } from '../parts/as-command.js'
import { Icon } from '../parts/icon.js'
import type { KeyEntry, Owner } from '../wire/access.js'
import { keyCommand } from './key-command.js'

/** Last use is known to the hour. */
const HOUR_MS = 3_600_000

/** The replacement of a key by a newer one: both are valid until nothing uses the older one any more. */
export interface Rotated {
  readonly old: KeyEntry
  readonly next: KeyEntry
}

/**
 * The newest active key, and the newest of those before it; undefined with fewer than two keys, and where their dates, which are whole seconds, do
 * not show which is newer. `made` is the key that was just made here.
 */
export function rotationAmong(keys: readonly KeyEntry[], made: string | undefined): Rotated | undefined {
  const createdAt = ({ CreateDate }: KeyEntry) => Date.parse(CreateDate)
  const newestFirst = [...keys].sort(
    (one, other) =>
      createdAt(other) - createdAt(one) || Number(other.AccessKeyId === made) - Number(one.AccessKeyId === made),
  )
  const next = newestFirst.find(({ Status }) => Status === 'Active')
  if (next === undefined) return undefined
  const old = newestFirst[newestFirst.indexOf(next) + 1]
  if (old === undefined || (createdAt(old) === createdAt(next) && next.AccessKeyId !== made)) return undefined
  return { old, next }
}

/** Whether a key was used in the hour in which another was created, or later. */
function isUsedSince(key: KeyEntry, { CreateDate }: KeyEntry): boolean {
  const hour = Math.floor(Date.parse(CreateDate) / HOUR_MS) * HOUR_MS
  return key.LastUsedDate !== undefined && Date.parse(key.LastUsedDate) >= hour
}

/** The steps of a rotation with what is done: the new key is used, the old one is not, is disabled, and is deleted. */
export function Rotation({
  owner,
  rotated: { old, next },
  onToggle,
  onDelete,
}: {
  readonly owner: Owner
  readonly rotated: Rotated
  readonly onToggle: (key: KeyEntry) => void
  readonly onDelete: (key: KeyEntry) => void
}): JSX.Element {
  const words = useWords()
  const lastUse = ({ LastUsedDate }: KeyEntry) =>
    LastUsedDate === undefined ? words.access.never : time(Date.parse(LastUsedDate))
  const isDisabled = old.Status !== 'Active'
  const steps: readonly (readonly [isDone: boolean, text: string])[] = [
    [true, words.rotation.created(next.AccessKeyId, time(Date.parse(next.CreateDate)))],
    [next.LastUsedDate !== undefined, words.rotation.newUsed(lastUse(next))],
    [isDisabled || !isUsedSince(old, next), words.rotation.oldUsed(lastUse(old))],
    [isDisabled, words.rotation.disabled],
  ]
  return (
    <details>
      <summary>{words.rotation.title(old.AccessKeyId, next.AccessKeyId)}</summary>
      <div class="stack tight">
        <ol class="steps">
          {steps.map(([isDone, text]) => (
            <li key={text} class={isDone ? 'done' : ''}>
              <Icon name={isDone ? 'check' : 'more'} />
              <span>
                <span class="unseen">{isDone ? words.rotation.isDone : words.rotation.isOpen}</span> {text}
              </span>
            </li>
          ))}
        </ol>
        {!isDisabled && isUsedSince(old, next) && <p class="muted">{words.rotation.stillUsed}</p>}
        <div class="row">
          <button type="button" class="button" onClick={() => onToggle(old)}>
            {isDisabled ? words.rotation.enableOld : words.rotation.disableOld}
          </button>
          <button type="button" class="button danger" disabled={!isDisabled} onClick={() => onDelete(old)}>
            {words.rotation.deleteOld}
          </button>
        </div>
        <AsCommand
          lines={[
            keyCommand('create', owner),
            keyCommand('disable', owner, old.AccessKeyId),
            keyCommand('delete', owner, old.AccessKeyId),
          ]}
        />
      </div>
    </details>
  )
}
