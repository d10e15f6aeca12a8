// What the settings and the check of the phone say, in English.
import type { settings as zh } from '../zh/settings'

export const settings: Readonly<Record<keyof typeof zh, string>> = {
  // Settings
  'settings.title': 'Settings',
  'settings.who': 'In now',
  'settings.grids': 'Your grids',
  'settings.account': 'Account {account}',
  'settings.install': 'On the home screen',
  'settings.install.why': 'Opens like any other app, without a network too.',
  'settings.install.go': 'Add it',
  'settings.install.by_hand': 'Choose “Add to home screen” or “Install app” in the browser’s menu.',
  'settings.installed': 'Opened from the home screen',
  'settings.about': 'About',
  'settings.version': 'Version {version}',
  'settings.book': 'The county’s rules {version}',
  'settings.book.none': 'The county’s rules have not come yet',
  'settings.promise': 'No check-ins, no tracks, no counting of hours.',
  'settings.selftest': 'Check this phone',
  'settings.selftest.why': 'Whether it can work offline, store and take photos',
  'settings.leave': 'Leave',
  'settings.leave.why': 'Somebody else takes this phone, or it is no longer used.',
  'settings.keep': 'Leave, records stay here',
  'settings.keep.why': 'They wait for you, unsent ones too.',
  'settings.keep.yes': 'Leave',
  'settings.forget': 'Leave and clear this phone',
  'settings.forget.ask': 'Clear the records on this phone?',
  'settings.forget.why': 'The server keeps everything. Records, drafts and photos on this phone go, and are fetched anew next time.',
  'settings.forget.yes': 'Clear and leave',
  'settings.forget.unsent': '{n} {n|thing is|things are} not sent yet and would be lost. Connect and send first.',
  'settings.forget.see': 'See which',
  'settings.leave.failed': 'Leaving did not work',

  // The phone looked at
  'selftest.title': 'Check the phone',
  'selftest.run': 'Check again',
  'selftest.running': 'Checking',
  'selftest.good': 'Works',
  'selftest.bad': 'Does not work',
  'selftest.all_good': 'This phone is fine for the work.',
  'selftest.some_bad': '{n} {n|thing does|things do} not work; see below what to do.',
}
