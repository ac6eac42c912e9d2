import type { ComponentChildren, JSX } from 'preact'
import { useId } from 'preact/hooks'

/** One line of text with its label, a hint, and what is wrong with it. */
export function TextField({
  label,
  hint,
  fault,
  value,
  onChange,
  type = 'text',
  ...more
}: {
  readonly label: string
  readonly hint?: ComponentChildren
  readonly fault?: string | undefined
  readonly value: string
  readonly onChange: (value: string) => void
  readonly type?: 'text' | 'password' | 'number' | 'date'
  readonly autoFocus?: boolean
  readonly required?: boolean
  readonly placeholder?: string
  readonly autocomplete?: 'off' | 'username' | 'current-password'
}): JSX.Element {
  const id = useId()
  return (
    <label class="field">
      <span>{label}</span>
      <input
        {...more}
        // the types of Preact distinguish inputs by this attribute
        type={type as 'text'}
        value={value}
        spellcheck={false}
        aria-invalid={fault !== undefined}
        aria-describedby={id}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      <span id={id} class="small muted">
        {fault ?? hint}
      </span>
    </label>
  )
}

/** Some lines of text. */
export function TextArea({
  label,
  hint,
  value,
  onChange,
  onLeave,
}: {
  readonly label: string
  readonly hint: string
  readonly value: string
  readonly onChange: (value: string) => void
  /** Called when the focus leaves it. */
  readonly onLeave?: () => void
}): JSX.Element {
  return (
    <label class="field">
      <span>{label}</span>
      <textarea
        rows={Math.min(12, Math.max(3, value.split('\n').length + 1))}
        spellcheck={false}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
        onBlur={onLeave}
      />
      <span class="small muted">{hint}</span>
    </label>
  )
}

/** A choice among a few words. */
export function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
  hidesLabel = false,
}: {
  readonly label: string
  readonly value: T
  readonly options: readonly (readonly [value: T, text: string])[]
  readonly onChange: (value: T) => void
  readonly hidesLabel?: boolean
}): JSX.Element {
  return (
    <label class="field">
      <span class={hidesLabel ? 'unseen' : ''}>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {options.map(([one, text]) => (
          <option key={one} value={one}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}

/** A choice of yes or no. */
export function Check({
  label,
  checked,
  onChange,
}: {
  readonly label: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}): JSX.Element {
  return (
    <label class="check">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.currentTarget.checked)} />
      <span>{label}</span>
    </label>
  )
}
