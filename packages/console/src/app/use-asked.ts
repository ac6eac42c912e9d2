import { useEffect } from 'preact/hooks'
import { replace } from './route.js'

/** Calls `act` once where the address requests it by a parameter with the value `yes`, which then leaves the address. */
export function useAsked(parameter: string | undefined, address: string, act: () => void): void {
  useEffect(() => {
    if (parameter !== 'yes') return
    act()
    replace(address)
  }, [parameter])
}
