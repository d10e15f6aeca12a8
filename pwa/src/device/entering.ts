// Entering with a password: the person's store is opened, new or as it was left, and the device's chain goes on. Passwords are never kept.
import type { Entry, Net } from './net'
import { unsent } from './own'
import { sessionOf, setPresent, shelfName, tenantOf } from './session'
import { meta, setMeta, Shelf, type Chain, type Session } from './shelf'
import { isTrouble, type Trouble } from './trouble'

export { Net } from './net'

/** Enters with a password and opens the person's store: a new one, or the one that waits here since last time. */
export async function enter(app: string, net: Net, account: string, password: string): Promise<Shelf | Trouble> {
  const tenant = await tenantOf(app, account)
  if (isTrouble(tenant)) return tenant
  const before = tenant === undefined ? undefined : await sessionBefore(new Shelf(shelfName(app, tenant.person)))
  if (isTrouble(before)) return before
  const entry = await net.enter(account, password, before?.device ?? '', before?.mark ?? '')
  if (isTrouble(entry)) return entry
  const shelf = new Shelf(shelfName(app, entry.person))
  const noted = (await takeEntry(shelf, account, entry)) ?? (await setPresent(app, account, entry.person))
  return noted ?? shelf
}

async function sessionBefore(shelf: Shelf): Promise<Session | undefined | Trouble> {
  const session = await sessionOf(shelf)
  await shelf.close()
  return session
}

/** Notes who entered. A device that goes on keeps its chain; a new one begins where the server says. */
async function takeEntry(shelf: Shelf, account: string, entry: Entry): Promise<Trouble | undefined> {
  const { person, name, device, mark, roles, scope, epoch, keys } = entry
  return shelf.write(['meta', 'outbox'], async (tx) => {
    const before = await meta(tx, 'session')
    const chain = await meta(tx, 'chain')
    const waits = (await unsent(tx)).some((row) => row.device === device)
    const isOurs = chain !== undefined && before?.device === device && (waits || chain.next_seq >= entry.next_seq)
    const fresh: Chain = { next_seq: entry.next_seq, head: entry.head_hash, stamp: chain?.stamp ?? '' }
    await setMeta(tx, 'session', { person, name, account, device, mark, roles })
    await setMeta(tx, 'chain', isOurs ? chain : fresh)
    await setMeta(tx, 'scope', scope)
    await setMeta(tx, 'keys', keys)
    if ((await meta(tx, 'epoch')) === undefined) await setMeta(tx, 'epoch', epoch)
    return undefined
  })
}
