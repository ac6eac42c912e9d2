import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { useWords } from '../app/language.js'
import { useLoad } from '../app/use-load.js'
import { Failure, Notice } from '../parts/notice.js'

const remembered = () => import('../transfer/remembered.js')

/** Offers to forget the unfinished uploads of earlier visits, whose names the next person would see. */
export function Remembered(): JSX.Element | null {
  const words = useWords()
  const number = useLoad(async () => (await remembered()).countRemembered(), [])
  const [error, setError] = useState<unknown>(undefined)
  if (!number.value) return null
  return (
    <Notice kind="plain">
      <span>{words.signIn.remembered(number.value)}</span>
      <div class="row">
        <button
          type="button"
          class="button little"
          onClick={() =>
            void remembered()
              .then(({ forgetRemembered }) => forgetRemembered())
              .catch(setError)
          }
        >
          {words.signIn.forget}
        </button>
      </div>
      {error !== undefined && <Failure error={error} />}
    </Notice>
  )
}
