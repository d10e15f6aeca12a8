// Whole phones for tests against the real server: a store, a line, a person. No tests here.
import 'fake-indexeddb/auto'
import { Device } from '../../pwa/src/device/device'
import type { Intent } from '../../pwa/src/device/outbox'
import { gridLog } from '../../pwa/src/device/placed'
import { meta } from '../../pwa/src/device/shelf'
import type { TroubleName } from '../../pwa/src/device/trouble'
import { Known } from '../../pwa/src/known'
import type { Seen } from '../../pwa/src/seen'
import { readWaiting, type Waiting } from '../../pwa/src/unsent'
import { Line, PASSWORD } from './server'
import { sureOf } from './shelves'

/** A phone as a browser holds it: its store, its line, and the person who is in. */
export class Phone {
  /** Where the server of these tests is. */
  static base = ''
  static readonly all: Phone[] = []
  static #count = 0
  readonly line: Line
  readonly device: Device
  readonly known: Known

  constructor(app = `phone${(Phone.#count += 1)}`, line = new Line(Phone.base)) {
    this.line = line
    this.device = new Device(app, () => Promise.resolve(gridLog), { fetch: line.fetch })
    this.known = new Known(this.device)
    Phone.all.push(this)
  }

  async enter(account: string): Promise<void> {
    await sureOf(this.device.enter(account, PASSWORD))
    await this.device.poke('person')
  }

  get seat(): NonNullable<Device['seat']> {
    if (this.device.seat === undefined) throw new Error('nobody is in')
    return this.device.seat
  }

  async grid(): Promise<string> {
    const scope = await sureOf(this.seat.shelf.read(['meta'], (tx) => meta(tx, 'scope')))
    return scope?.[0]?.grid ?? ''
  }

  /** Says these things in this person's grid; answers their subjects. */
  async say(...intents: Intent[]): Promise<string[]> {
    const { person } = this.seat.session
    const grid = await this.grid()
    const mine = intents.map((one) => ({ ...one, grid, fields: { ...one.fields, ...(one.kind === 'issue' ? responder(person) : {}) } }))
    const made = await sureOf(this.device.say(mine))
    if ('refusal' in made) throw new Error(JSON.stringify(made.refusal))
    return made.made.map((one) => one.subject)
  }

  /** One try, by hand; answers what stands in the way. */
  async sync(): Promise<TroubleName | 'nothing'> {
    let trouble: TroubleName | 'nothing' = 'nothing'
    const stop = this.device.listen(({ sending }) => {
      if (sending?.sending === false) trouble = sending.trouble?.trouble ?? 'nothing'
    })
    await this.device.poke('person')
    stop()
    return trouble
  }

  async waiting(): Promise<Waiting> {
    return sureOf(readWaiting(this.seat.shelf, { sending: false }))
  }

  async see(subject = ''): Promise<Seen> {
    const seen = await this.known.subject(subject)
    if (seen === undefined) throw new Error(`${subject} is not known here`)
    return seen
  }

  /** How often each op of this phone stands in its log. */
  async timesLogged(subject: string): Promise<number> {
    const rows = await sureOf(this.seat.shelf.read(['log'], (tx) => tx.objectStore('log').getAll()))
    return rows.filter((row) => row.text.includes(`"subject":"${subject}"`) && row.text.includes('"name":"register"')).length
  }
}

function responder(person: string): { responder: { person: string; name: string } } {
  return { responder: { person, name: '谢春生' } }
}

export async function phoneOf(account: string, app?: string): Promise<Phone> {
  const phone = new Phone(app)
  await phone.enter(account)
  return phone
}

export function whole(seen: Seen, field: string): unknown {
  return seen.shape.fields[field]?.now.value
}

/** Ends what runs by itself on every phone made so far. */
export function stopPhones(): void {
  for (const phone of Phone.all.splice(0)) phone.device.stop()
}
