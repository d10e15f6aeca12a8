// Who works on this phone, and which store is whose: entering, coming back without a network, leaving. Passwords are never kept.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import type { Entry, Net } from './net'
import { unsent } from './outbox'
import { waitingPhotos } from './photos'
import { meta, setMeta, Shelf, type Chain, type Session } from './shelf'
import { isTrouble, storeTrouble, type Trouble } from './trouble'

/** A person who once entered in this app here. */
interface Tenant {
  readonly app: string
  readonly account: string
  readonly person: string
}

interface FrontSchema extends DBSchema {
  tenants: { key: [string, string]; value: Tenant }
  /** Per app the account that is in now. */
  present: { key: string; value: string }
}

const FRONT = 'sulaiban'
const FRONT_VERSION = 1

/** One store a person and app: what one left unsent is never another's to see or to send. */
export function shelfName(app: string, person: string): string {
  return `${FRONT}-${app}-${person}`
}

async function front<T>(work: (db: IDBPDatabase<FrontSchema>) => Promise<T>): Promise<T | Trouble> {
  try {
    const db = await openDB<FrontSchema>(FRONT, FRONT_VERSION, {
      upgrade(fresh) {
        fresh.createObjectStore('tenants', { keyPath: ['app', 'account'] })
        fresh.createObjectStore('present')
      },
    })
    try {
      return await work(db)
    } finally {
      db.close()
    }
  } catch (error) {
    return storeTrouble(error)
  }
}

/** The store of the person who is in, as left, without asking the server; undefined when nobody is. */
export async function comeBack(app: string): Promise<Shelf | undefined | Trouble> {
  const tenant = await front(async (db) => {
    const account = await db.get('present', app)
    return account === undefined ? undefined : db.get('tenants', [app, account])
  })
  return tenant === undefined || isTrouble(tenant) ? tenant : new Shelf(shelfName(app, tenant.person))
}

/** Enters with a password and opens the person's store: a new one, or the one that waits here since last time. */
export async function enter(app: string, net: Net, account: string, password: string): Promise<Shelf | Trouble> {
  const tenant = await front((db) => db.get('tenants', [app, account]))
  if (isTrouble(tenant)) return tenant
  const before = tenant === undefined ? undefined : await sessionBefore(new Shelf(shelfName(app, tenant.person)))
  if (isTrouble(before)) return before
  const entry = await net.enter(account, password, before?.device ?? '')
  if (isTrouble(entry)) return entry
  const shelf = new Shelf(shelfName(app, entry.person))
  const noted = (await takeEntry(shelf, account, entry)) ?? (await setPresent(app, account, entry.person))
  return noted ?? shelf
}

async function setPresent(app: string, account: string, person: string): Promise<Trouble | undefined> {
  return front(async (db) => {
    const tx = db.transaction(['tenants', 'present'], 'readwrite', { durability: 'strict' })
    await tx.objectStore('tenants').put({ app, account, person })
    await tx.objectStore('present').put(account, app)
    await tx.done
    return undefined
  })
}

/** Who this store belongs to; undefined when nobody has entered into it. */
export async function sessionOf(shelf: Shelf): Promise<Session | undefined | Trouble> {
  return shelf.read(['meta'], (tx) => meta(tx, 'session'))
}

async function sessionBefore(shelf: Shelf): Promise<Session | undefined | Trouble> {
  const session = await sessionOf(shelf)
  await shelf.close()
  return session
}

/** Notes who entered. A device that goes on keeps its chain; a new one begins where the server says. */
async function takeEntry(shelf: Shelf, account: string, entry: Entry): Promise<Trouble | undefined> {
  const { person, name, device, roles, scope, epoch } = entry
  return shelf.write(['meta', 'outbox'], async (tx) => {
    const before = await meta(tx, 'session')
    const chain = await meta(tx, 'chain')
    const waits = (await unsent(tx)).some((row) => row.device === device)
    const isOurs = chain !== undefined && before?.device === device && (waits || chain.next_seq >= entry.next_seq)
    const fresh: Chain = { next_seq: entry.next_seq, head: entry.head_hash, stamp: chain?.stamp ?? '' }
    await setMeta(tx, 'session', { person, name, account, device, roles })
    await setMeta(tx, 'chain', isOurs ? chain : fresh)
    await setMeta(tx, 'scope', scope)
    if ((await meta(tx, 'epoch')) === undefined) await setMeta(tx, 'epoch', epoch)
    return undefined
  })
}

/** What is only on this phone: ops without receipt and photos without answer. */
export async function countUnsent(shelf: Shelf): Promise<number | Trouble> {
  return shelf.read(['outbox', 'photos'], async (tx) => (await unsent(tx)).length + (await waitingPhotos(tx)).length)
}

/** The person leaves and everything stays here for the next time. */
export async function leaveKeeping(app: string): Promise<Trouble | undefined> {
  return front(async (db) => {
    await db.delete('present', app)
    return undefined
  })
}

/**
 * The person leaves and the store goes, but only when nothing is unsent; otherwise answers how much is, and nothing happens. Another
 * tab may be about to save: once the chain is gone, it is told that nobody has entered.
 */
export async function leaveForgetting(app: string, shelf: Shelf, session: Session): Promise<number | Trouble> {
  const waits = await shelf.write(['meta', 'outbox', 'photos'], async (tx) => {
    const count = (await unsent(tx)).length + (await tx.objectStore('photos').index('state').count('bound'))
    if (count > 0) return count
    await tx.objectStore('meta').delete('session')
    await tx.objectStore('meta').delete('chain')
    return 0
  })
  if (waits !== 0) return waits
  const left = await front(async (db) => {
    await db.delete('present', app)
    await db.delete('tenants', [app, session.account])
    return undefined
  })
  if (left !== undefined) return left
  await shelf.clear()
  return 0
}
