import type { ComponentType, JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { SignInPage } from '../pages/sign-in.js'
import { Failure } from '../parts/notice.js'
import { Shortcuts } from '../parts/shortcuts.js'
import { useWords } from './language.js'
import { LaterPart } from './later-part.js'
import { currentRoute, type Route } from './route.js'
import { Shell, useHolder } from './shell.js'
import { useStore } from './store.js'
import { useLoad } from './use-load.js'

/** The properties of every page: the decoded path after its own first segment, and the parameters. */
export interface PageProps {
  readonly path: readonly string[]
  readonly query: Route['query']
}

type Load = () => Promise<ComponentType<PageProps>>

/** Each page is a file of its own, which is loaded when it is first opened. */
const PAGES: Readonly<Record<string, Load>> = {
  buckets: async () => (await import('../pages/buckets.js')).BucketsPage,
  objects: async () => (await import('../pages/objects.js')).ObjectsPage,
  overview: async () => (await import('../pages/overview.js')).OverviewPage,
  access: async () => (await import('../pages/access.js')).AccessPage,
  activity: async () => (await import('../pages/activity.js')).ActivityPage,
  metrics: async () => (await import('../pages/metrics.js')).MetricsPage,
  settings: async () => (await import('../pages/settings.js')).SettingsPage,
  'bucket-settings': async () => (await import('../pages/bucket-settings.js')).BucketSettingsPage,
  uploads: async () => (await import('../pages/uploads.js')).UploadsPage,
  'bucket-uploads': async () => (await import('../pages/uploads.js')).BucketUploadsPage,
  upload: async () => (await import('../pages/upload.js')).UploadPage,
  object: async () => (await import('../pages/object.js')).ObjectPage,
}

const pageOf = ({ path }: Route): string => {
  const [first = 'overview', bucket, place] = path
  if (first !== 'buckets' || bucket === undefined) return first
  if (place === 'uploads' || place === 'settings') return `bucket-${place}`
  return place ?? 'objects'
}

const loaded = new Map<string, ComponentType<PageProps>>()

/** The page that the address names, for someone who is signed in. */
export function Console(): JSX.Element {
  const holder = useHolder()
  const { path } = useStore(currentRoute)
  if (path[0] === 'ticket') return <LazyTicketPage />
  if (holder === undefined) return <SignInPage />
  return (
    <Shell holder={holder} tools={<LaterPart name="pill" />}>
      <CurrentPage />
      <LaterPart name="drawer" />
      <LaterPart name="question" />
      <Shortcuts />
    </Shell>
  )
}

/** For people without a key, who may never sign in. */
function LazyTicketPage(): JSX.Element {
  const words = useWords()
  const page = useLoad(async () => (await import('../pages/ticket.js')).TicketPage, [])
  const Page = page.value
  return Page === undefined ? <p class="muted">{words.loading}</p> : <Page />
}

function CurrentPage(): JSX.Element {
  const words = useWords()
  const route = useStore(currentRoute)
  const name = pageOf(route)
  const load = PAGES[name]
  const [, setRound] = useState(0)
  const [error, setError] = useState<unknown>(undefined)
  useEffect(() => {
    setError(undefined)
    if (load === undefined || loaded.has(name)) return
    load().then((page) => {
      loaded.set(name, page)
      setRound((times) => times + 1)
    }, setError)
  }, [name, load])
  if (load === undefined) return <p>{words.noSuchPage}</p>
  if (error !== undefined) return <Failure error={error} />
  const Page = loaded.get(name)
  if (Page === undefined) return <p class="muted">{words.loading}</p>
  return <Page path={route.path.slice(1)} query={route.query} />
}
