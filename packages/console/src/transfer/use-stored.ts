import { useEffect, useRef } from 'preact/hooks'
import { stored } from './state.js'

/** Milliseconds within which further objects are awaited: the files of a folder arrive together. */
const TOGETHER_MS = 1_000

/** Calls back after uploads of this tab have stored objects below a prefix of a bucket. */
export function useStored(bucket: string, prefix: string, onStored: () => void): void {
  const latest = useRef(onStored)
  latest.current = onStored
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const end = stored.follow(() => {
      if (stored.value?.bucket !== bucket || !stored.value.key.startsWith(prefix)) return
      timer ??= setTimeout(() => {
        timer = undefined
        latest.current()
      }, TOGETHER_MS)
    })
    return () => {
      end()
      clearTimeout(timer)
    }
  }, [bucket, prefix])
}
