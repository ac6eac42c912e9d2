import type { ComponentType, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { isDrawerOpen, question } from '../transfer/state.js'

type Module = typeof import('../transfer/drawer.js')

const PARTS = { pill: 'TransferPill', drawer: 'Drawer', question: 'ConflictDialog' } as const

let module: Promise<Module> | undefined

/** The transfers are loaded after the first page, or at once when someone uploads. */
function load(): Promise<Module> {
  module ??= import('../transfer/drawer.js')
  return module
}

const IDLE_MS = 1_500

/** A part of the frame that is loaded after the page. */
export function LaterPart({ name }: { readonly name: keyof typeof PARTS }): JSX.Element | null {
  const [Part, setPart] = useState<ComponentType | undefined>()
  useEffect(() => {
    const show = () => void load().then((loaded) => setPart(() => loaded[PARTS[name]]))
    const timer = setTimeout(show, IDLE_MS)
    const ends = [isDrawerOpen.follow(show), question.follow(show)]
    return () => {
      clearTimeout(timer)
      for (const end of ends) end()
    }
  }, [name])
  return Part === undefined ? null : <Part />
}
