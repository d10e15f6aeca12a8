// Who works on this phone, and which store is whose: coming back without a network, and leaving. Entering is entering.ts.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb'
import { unsent, waitingOffers } from './own'
import { meta, Shelf, type Session } from './shelf'
import { isTrouble, storeTrouble, type Trouble } from './trouble'

/** A person who once entered in this app here. */
export interface Tenant {
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

/** Who entered under this account here before; undefined when nobody did. */
export async function tenantOf(app: string, account: string): Promise<Tenant | undefined | Trouble> {
  return front((db) => db.get('tenants', [app, account]))
}

/** Notes who is in now. */
export async function setPresent(app: string, account: string, person: string): Promise<Trouble | undefined> {
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
  const waits = await shelf.write(['meta', 'outbox', 'photos', 'offers'], async (tx) => {
    const count = (await unsent(tx)).length + (await waitingOffers(tx)) + (await tx.objectStore('photos').index('state').count('bound'))
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
